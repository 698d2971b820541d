using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace PeftSharp.Models.Bert;

/// <summary>The first half of a layer: attention and its output.</summary>
internal sealed class BertAttention : Module<Tensor, Tensor?, bool, Tensor>
{
    [ComponentName(Name = "self")] private readonly BertSelfAttention _self;
    [ComponentName(Name = "output")] private readonly BertOutput _output;

    internal BertAttention(BertConfig config) : base(nameof(BertAttention))
    {
        _self = new BertSelfAttention(config);
        _output = new BertOutput(config.HiddenSize, config);
        RegisterComponents();
    }

    public override Tensor forward(Tensor x, Tensor? mask, bool firstOnly)
    {
        using var scope = NewDisposeScope();
        return _output.call(_self.call(x, mask, firstOnly), firstOnly ? x.narrow(1, 0, 1) : x, x.shape[1]).MoveToOuterDisposeScope();
    }

    internal bool CanAnswerFirstOnly(Tensor x) => _self.CanAnswerFirstOnly(x) && _output.CanAnswerFirstOnly(x);
}
