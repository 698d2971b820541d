using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace PeftSharp.Tuners.Lora;

/// <summary>
/// A low-rank update of a linear layer's direction with separately trained magnitudes of the outputs: y = (m / ‖W + s·B·A‖)·(W + s·B·A)·x
/// + b (DoRA, Liu et al. 2024, arXiv:2402.09353).
/// </summary>
internal sealed class DoraLinear : LoraLinear
{
    private readonly DoraMagnitude _magnitude;

    internal DoraLinear(LinearTarget target, LoraConfig config, int rank, double scale) : base(target, config, rank, scale)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var magnitude = new DoraMagnitude(target.TransposeIfNeeded(target.Weight.detach()) + scale * B.matmul(A));
        _magnitude = AddModule("lora_magnitude_vector", target.MoveToLayer(magnitude), namesParameters: false);
    }

    public override Tensor Forward(Tensor x, Func<Tensor, Tensor> layer)
    {
        var (result, input) = (layer(x), Input(x));
        var weight = Target.TransposeIfNeeded(Target.Weight).to(input.dtype);
        var factor = _magnitude.Factor(weight + Delta.detach());
        var output = IsTraining && Dropout > 0 ? functional.linear(input, weight) : Target.Bias is { } bias ? result - bias : result;
        return result + (factor - 1) * output + factor * Update(input);
    }

    public override Tensor MergeWeight(Tensor weight, Tensor original)
    {
        var factor = _magnitude.Factor(Target.TransposeIfNeeded(original) + Delta).unsqueeze(1);
        return Target.TransposeIfNeeded(factor * Target.TransposeIfNeeded(base.MergeWeight(weight, original)));
    }
}
