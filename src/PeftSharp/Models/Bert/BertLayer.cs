using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace PeftSharp.Models.Bert;

/// <summary>Attention, then a feed-forward layer, each with its residual.</summary>
internal sealed class BertLayer : Module<Tensor, Tensor?, bool, Tensor>
{
    [ComponentName(Name = "attention")] private readonly BertAttention _attention;
    [ComponentName(Name = "intermediate")] private readonly BertIntermediate _intermediate;
    [ComponentName(Name = "output")] private readonly BertOutput _output;

    internal BertLayer(BertConfig config) : base(nameof(BertLayer))
    {
        _attention = new BertAttention(config);
        _intermediate = new BertIntermediate(config);
        _output = new BertOutput(config.IntermediateSize, config);
        RegisterComponents();
    }

    /// <param name="x">Hidden states, float [batch, tokens, hidden].</param>
    /// <param name="mask">Added to the scores, float [batch, 1, 1, tokens]; null hides nothing.</param>
    /// <param name="firstOnly">Whether only the first token's state is wanted: keys and values are made of all tokens, the rest of the first alone.</param>
    /// <returns>Float [batch, tokens or 1, hidden].</returns>
    public override Tensor forward(Tensor x, Tensor? mask, bool firstOnly)
    {
        using var scope = NewDisposeScope();
        var attended = _attention.call(x, mask, firstOnly);
        return _output.call(_intermediate.call(attended), attended, x.shape[1]).MoveToOuterDisposeScope();
    }

    /// <summary>Whether the first token can be had alone with the numbers that it has among the others.</summary>
    internal bool CanAnswerFirstOnly(Tensor x) => _attention.CanAnswerFirstOnly(x) && _intermediate.CanAnswerFirstOnly && _output.CanAnswerFirstOnly(x);
}
