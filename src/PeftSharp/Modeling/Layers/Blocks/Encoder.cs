using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace PeftSharp.Modeling.Layers;

/// <summary>The stack of layers of a BERT-like encoder (transformers' <c>BertEncoder</c>).</summary>
/// <remarks>Thread safety: several threads can call one instance at once, while no thread changes its parameters.</remarks>
public sealed class Encoder : Module<Tensor, AttentionContext, ForwardOptions, IReadOnlyList<Tensor>>
{
    [ComponentName(Name = "layer")] private readonly ModuleList<EncoderLayer> _layers;

    /// <summary>Creates the layers; their weights are not initialized.</summary>
    /// <param name="settings">Sizes and options.</param>
    /// <param name="layers">Number of layers.</param>
    public Encoder(EncoderSettings settings, int layers) : base(nameof(Encoder))
    {
        _layers = new ModuleList<EncoderLayer>([.. Enumerable.Range(0, layers).Select(layer => new EncoderLayer(settings, layer))]);
        RegisterComponents();
    }

    /// <inheritdoc cref="LayerSequence.Run"/>
    public override IReadOnlyList<Tensor> forward(Tensor x, AttentionContext context, ForwardOptions options) =>
        LayerSequence.Run(_layers, x, context, options);
}
