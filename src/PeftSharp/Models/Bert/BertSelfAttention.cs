using PeftSharp.Kernels;
using PeftSharp.Modeling.Layers;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace PeftSharp.Models.Bert;

/// <summary>Every token attends to every token that is read.</summary>
/// <remarks>Vaswani et al. 2017, section 3.2. Parameter names are those of transformers' <c>BertSelfAttention</c>.</remarks>
internal sealed class BertSelfAttention : Module<Tensor, Tensor?, bool, Tensor>
{
    [ComponentName(Name = "query")] private readonly Module<Tensor, Tensor> _query;
    [ComponentName(Name = "key")] private readonly Module<Tensor, Tensor> _key;
    [ComponentName(Name = "value")] private readonly Module<Tensor, Tensor> _value;
    private readonly int _heads;
    private readonly double _dropout;

    /// <summary>Whether the first token's answer can be had alone with the numbers that it has among the others: an adapter around the query draws its dropout for all.</summary>
    internal bool CanAnswerFirstOnly(Tensor x) => _query is Linear && (!training || _dropout == 0 || DropoutAttention.CanRun(x, x, x, _dropout));

    internal BertSelfAttention(BertConfig config) : base(nameof(BertSelfAttention))
    {
        _query = new Linear(config.HiddenSize, config.HiddenSize);
        _key = new Linear(config.HiddenSize, config.HiddenSize);
        _value = new Linear(config.HiddenSize, config.HiddenSize);
        (_heads, _dropout) = (config.NumAttentionHeads, config.AttentionProbsDropoutProb);
        RegisterComponents();
    }

    /// <param name="x">Hidden states, float [batch, tokens, hidden].</param>
    /// <param name="mask">Added to the scores, float [batch, 1, 1, tokens]; null hides nothing.</param>
    /// <param name="firstOnly">Whether only the first token's answer is wanted.</param>
    /// <returns>Float [batch, tokens or 1, hidden].</returns>
    public override Tensor forward(Tensor x, Tensor? mask, bool firstOnly)
    {
        using var scope = NewDisposeScope();
        if (firstOnly && mask?.shape[2] > 1) mask = mask.narrow(2, 0, 1);
        var mixed = Attention.Apply(
            SplitHeads(_query.call(firstOnly ? x.narrow(1, 0, 1) : x)), SplitHeads(_key.call(x)), SplitHeads(_value.call(x)), mask, training ? _dropout : 0.0, drawnQueries: x.shape[1]);
        return MergeHeads(mixed).MoveToOuterDisposeScope();
    }

    private Tensor SplitHeads(Tensor x) => x.unflatten(2, _heads, -1).transpose(1, 2);   // [batch, heads, tokens, width]
    private static Tensor MergeHeads(Tensor x) => x.transpose(1, 2).flatten(2);          // [batch, tokens, hidden]
}
