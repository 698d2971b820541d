using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace PeftSharp.Models.Bert;

/// <summary>The layers, one after another.</summary>
internal sealed class BertEncoder : Module<Tensor, Tensor?, bool, IReadOnlyList<Tensor>>
{
    [ComponentName(Name = "layer")] private readonly ModuleList<BertLayer> _layers;

    internal BertEncoder(BertConfig config) : base(nameof(BertEncoder))
    {
        _layers = new ModuleList<BertLayer>([.. Enumerable.Range(0, config.NumHiddenLayers).Select(_ => new BertLayer(config))]);
        RegisterComponents();
    }

    /// <param name="x">Embeddings, float [batch, tokens, hidden].</param>
    /// <param name="mask">Added to the scores, float [batch, 1, 1, tokens]; null hides nothing.</param>
    /// <param name="firstOnly">Whether only the first token of the last layer is read: the layer may then give it alone, with the same numbers.</param>
    /// <returns>The input and each layer's output, float [batch, tokens, hidden] each.</returns>
    public override IReadOnlyList<Tensor> forward(Tensor x, Tensor? mask, bool firstOnly)
    {
        var states = new List<Tensor>(_layers.Count + 1) { x };
        foreach (var (index, layer) in _layers.Index())
            states.Add(layer.call(states[^1], mask, firstOnly && index == _layers.Count - 1 && layer.CanAnswerFirstOnly(states[^1])));
        return states;
    }
}
