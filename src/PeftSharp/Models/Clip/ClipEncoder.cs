using PeftSharp.Modeling;
using PeftSharp.Modeling.Layers;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace PeftSharp.Models.Clip;

/// <summary>The layers of CLIP's text or vision model (transformers' <c>CLIPEncoder</c>).</summary>
internal sealed class ClipEncoder : Module<Tensor, AttentionContext, ForwardOptions, IReadOnlyList<Tensor>>
{
    private static readonly PreNormNames _names =
        new("self_attn", "q_proj", "k_proj", "v_proj", "out_proj", "layer_norm1", "layer_norm2")
        {
            LayerOrder = ["self_attn", "layer_norm1", PreNormNames.FeedForward, "layer_norm2"],
            AttentionOrder = ["k_proj", "v_proj", "q_proj", "out_proj"],
        };

    [ComponentName(Name = "layers")] private readonly ModuleList<PreNormLayer> _layers;

    /// <param name="settings">Sizes and dropout probabilities.</param>
    /// <param name="layers">Number of layers.</param>
    /// <param name="factor">Factor of the standard deviations of initialized weights.</param>
    internal ClipEncoder(EncoderSettings settings, int layers, double factor) : base("CLIPEncoder")
    {
        var (one, depth) = (factor * Math.Pow(settings.HiddenSize, -0.5), Math.Pow(2 * layers, -0.5));
        var initial = new PreNormDeviations(one * depth, one, one * Math.Pow(2, -0.5), one * depth);
        _layers = new ModuleList<PreNormLayer>(
            [.. Enumerable.Range(0, layers).Select(_ => new PreNormLayer(settings, _names, initial))]);
        RegisterComponents();
    }

    /// <inheritdoc cref="LayerSequence.Run"/>
    public override IReadOnlyList<Tensor> forward(Tensor x, AttentionContext context, ForwardOptions options) =>
        LayerSequence.Run(_layers, x, context, options);
}
