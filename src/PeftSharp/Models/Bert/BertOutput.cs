using PeftSharp.Modeling.Layers;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace PeftSharp.Models.Bert;

/// <summary>The end of both halves of a layer: a dense layer, dropout, the input again, a norm.</summary>
/// <remarks>transformers' <c>BertSelfOutput</c> and <c>BertOutput</c>, which differ in width alone.</remarks>
internal sealed class BertOutput : Module<Tensor, Tensor, long, Tensor>
{
    [ComponentName(Name = "dense")] private readonly Module<Tensor, Tensor> _dense;
    [ComponentName(Name = "LayerNorm")] private readonly Module<Tensor, Tensor> _norm;
    [ComponentName(Name = "dropout")] private readonly Dropout _dropout;

    internal BertOutput(int width, BertConfig config) : base(nameof(BertOutput))
    {
        _dense = new Linear(width, config.HiddenSize);
        _norm = new LayerNorm(config.HiddenSize, config.LayerNormEps);
        _dropout = new Dropout(config.HiddenDropoutProb);
        RegisterComponents();
    }

    /// <param name="x">What the half made, float [batch, tokens, width].</param>
    /// <param name="input">What the half was given, float [batch, tokens, hidden].</param>
    /// <param name="tokens">Tokens of a row, where <paramref name="x"/> has only the first of them.</param>
    public override Tensor forward(Tensor x, Tensor input, long tokens)
    {
        using var scope = NewDisposeScope();
        var dense = _dense.call(x);
        var dropped = dense.shape[1] == tokens ? _dropout.call(dense) : _dropout.ApplyToFirst(dense, tokens);
        return _norm.call(dropped + input).MoveToOuterDisposeScope();
    }

    /// <summary>Whether the first token can be had alone with the numbers that it has among the others.</summary>
    internal bool CanAnswerFirstOnly(Tensor x) => _dense is Linear && _dropout.CanDropFirst(x);
}
