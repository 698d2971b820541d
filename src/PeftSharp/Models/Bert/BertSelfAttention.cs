using PeftSharp.Modeling.Layers;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace PeftSharp.Models.Bert;

/// <summary>Every token attends to every token that is read.</summary>
/// <remarks>Vaswani et al. 2017, section 3.2. Parameter names are those of transformers' <c>BertSelfAttention</c>.</remarks>
internal sealed class BertSelfAttention : Module<Tensor, Tensor?, Tensor>
{
    [ComponentName(Name = "query")] private readonly Module<Tensor, Tensor> _query;
    [ComponentName(Name = "key")] private readonly Module<Tensor, Tensor> _key;
    [ComponentName(Name = "value")] private readonly Module<Tensor, Tensor> _value;
    private readonly int _heads;
    private readonly double _dropout;

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
    /// <returns>Float [batch, tokens, hidden].</returns>
    public override Tensor forward(Tensor x, Tensor? mask)
    {
        using var scope = NewDisposeScope();
        var mixed = functional.scaled_dot_product_attention(
            SplitHeads(_query.call(x)), SplitHeads(_key.call(x)), SplitHeads(_value.call(x)), mask, training ? _dropout : 0.0);
        return MergeHeads(mixed).MoveToOuterDisposeScope();
    }

    private Tensor SplitHeads(Tensor x) => x.unflatten(2, _heads, -1).transpose(1, 2);   // [batch, heads, tokens, width]
    private static Tensor MergeHeads(Tensor x) => x.transpose(1, 2).flatten(2);          // [batch, tokens, hidden]
}
