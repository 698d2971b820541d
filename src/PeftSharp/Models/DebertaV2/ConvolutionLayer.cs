using PeftSharp.Modeling.Layers;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;
using Parameter = TorchSharp.Modules.Parameter;

namespace PeftSharp.Models.DebertaV2;

/// <summary>
/// A convolution over neighboring tokens of the embeddings, added to the output of the first layer (transformers' <c>ConvLayer</c>).
/// </summary>
internal sealed class ConvolutionLayer : Module<Tensor, Tensor, Tensor?, Tensor>
{
    [ComponentName(Name = "conv")] private readonly Convolution _convolution;
    [ComponentName(Name = "LayerNorm")] private readonly Module<Tensor, Tensor> _norm;
    [ComponentName(Name = "dropout")] private readonly Module<Tensor, Tensor> _dropout;
    private readonly Func<Tensor, Tensor> _activation;

    internal ConvolutionLayer(DebertaV2Config config) : base("ConvLayer")
    {
        _convolution = new Convolution(config.HiddenSize, config.ConvKernelSize, config.ConvGroups);
        _norm = new LayerNorm(config.HiddenSize, config.LayerNormEps);
        _dropout = new Dropout(config.HiddenDropoutProb);
        _activation = ActivationFunctions.Get(config.ConvAct);
        RegisterComponents();
    }

    /// <param name="embedded">The embeddings, float [batch, tokens, hidden].</param>
    /// <param name="states">The output of the first layer, of the same shape.</param>
    /// <param name="mask">Int64 [batch, tokens]; the result of padding tokens is 0. Null: no token is padding.</param>
    /// <returns>Float [batch, tokens, hidden].</returns>
    public override Tensor forward(Tensor embedded, Tensor states, Tensor? mask)
    {
        using var scope = NewDisposeScope();
        var x = _convolution.call(embedded);
        var read = mask?.unsqueeze(2).to(x.dtype);
        if (read is not null) x = x * read;
        var result = _norm.call(states + _activation(_dropout.call(x)));
        return (read is null ? result : result * read).MoveToOuterDisposeScope();
    }

    /// <summary>A convolution over the tokens (PyTorch's <c>Conv1d</c>), with zeros before the first and after the last one.</summary>
    private sealed class Convolution : Module<Tensor, Tensor>, IParameterInitializer
    {
        [ComponentName(Name = "weight")] private readonly Parameter _weight;
        [ComponentName(Name = "bias")] private readonly Parameter _bias;
        private readonly int _padding, _groups;

        internal Convolution(int width, int kernel, int groups) : base("Conv1d")
        {
            (_padding, _groups) = ((kernel - 1) / 2, groups);
            _weight = new Parameter(empty(width, width / groups, kernel));
            _bias = new Parameter(empty(width));
            RegisterComponents();
        }

        public override Tensor forward(Tensor x)
        {
            using var scope = NewDisposeScope();
            var (weight, bias) = (ComputePrecision.OfWeight(_weight), ComputePrecision.OfWeight(_bias));
            var channelsFirst = ComputePrecision.Of(x).transpose(1, 2).contiguous();
            return functional.conv1d(channelsFirst, weight, bias, padding: _padding, groups: _groups).transpose(1, 2).contiguous()
                .MoveToOuterDisposeScope();
        }

        void IParameterInitializer.Initialize(string parameter, double standardDeviation)
        {
            if (parameter == "weight") init.normal_(_weight, 0, standardDeviation);
            else init.zeros_(_bias);
        }
    }
}
