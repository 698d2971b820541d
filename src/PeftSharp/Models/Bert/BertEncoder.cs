using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace PeftSharp.Models.Bert;

/// <summary>The layers, one after another.</summary>
internal sealed class BertEncoder : Module<Tensor, Tensor?, IReadOnlyList<Tensor>>
{
    [ComponentName(Name = "layer")] private readonly ModuleList<BertLayer> _layers;

    internal BertEncoder(BertConfig config) : base(nameof(BertEncoder))
    {
        _layers = new ModuleList<BertLayer>([.. Enumerable.Range(0, config.NumHiddenLayers).Select(_ => new BertLayer(config))]);
        RegisterComponents();
    }

    /// <returns>The input and each layer's output, float [batch, tokens, hidden] each.</returns>
    public override IReadOnlyList<Tensor> forward(Tensor x, Tensor? mask)
    {
        var states = new List<Tensor>(_layers.Count + 1) { x };
        foreach (var layer in _layers) states.Add(layer.call(states[^1], mask));
        return states;
    }
}
