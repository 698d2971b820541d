using PeftSharp.Optimization;
using static TorchSharp.torch;
using Optimizer = PeftSharp.Optimization.Optimizer;

namespace PeftSharp.Tests.Docs.Examples;

#region readme-own-optimizer
/// <summary>Lion: steps by the sign of a running mean of the gradients (Chen et al. 2023, arXiv:2302.06675).</summary>
internal sealed class Lion(IEnumerable<ParameterGroup> groups, double beta1 = 0.9, double beta2 = 0.99) : Optimizer(groups)
{
    protected override IReadOnlyList<StateSlot> Slots(Tensor parameter) => [StateSlot.Like("exp_avg", parameter)];

    protected override void Update(ParameterUpdate update, ParameterGroup group, double learningRate)
    {
        var (parameter, gradient, state) = update;
        var mean = state["exp_avg"];
        parameter.mul_(1 - learningRate * group.WeightDecay);
        parameter.add_((mean * beta1 + gradient * (1 - beta1)).sign(), alpha: -learningRate);
        mean.mul_(beta2).add_(gradient, alpha: 1 - beta2);
    }
}
#endregion
