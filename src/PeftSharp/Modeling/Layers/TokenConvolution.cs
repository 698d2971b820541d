using static TorchSharp.torch;
using static TorchSharp.torch.nn;
using Parameter = TorchSharp.Modules.Parameter;

namespace PeftSharp.Modeling.Layers;

/// <summary>
/// A convolution over the tokens of a text (PyTorch's <c>Conv1d</c>), with zeros before the first token and after the last one.
/// </summary>
/// <remarks>Thread safety: several threads can call one instance at once, while no thread changes its parameters.</remarks>
internal sealed class TokenConvolution : Module<Tensor, Tensor>, IParameterInitializer
{
    [ComponentName(Name = "weight")] private readonly Parameter _weight;
    [ComponentName(Name = "bias")] private readonly Parameter _bias;
    private readonly int _padding, _groups;

    /// <param name="width">Width of a token's vector, before and after the convolution.</param>
    /// <param name="kernel">Number of tokens from which each result is computed; odd.</param>
    /// <param name="groups">Number of groups of channels, each with its own convolution; must divide <paramref name="width"/>.</param>
    internal TokenConvolution(int width, int kernel, int groups) : base("Conv1d")
    {
        (_padding, _groups) = ((kernel - 1) / 2, groups);
        _weight = new Parameter(empty(width, width / groups, kernel));
        _bias = new Parameter(empty(width));
        RegisterComponents();
    }

    /// <param name="x">Float [batch, tokens, width].</param>
    /// <returns>Same shape as <paramref name="x"/>.</returns>
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
