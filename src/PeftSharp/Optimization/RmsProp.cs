using static TorchSharp.torch;

namespace PeftSharp.Optimization;

/// <summary>
/// Gradients divided by the root of their recent mean square; torch's <c>RMSprop</c>. Keeps <c>square_avg</c>, with momentum <c>momentum_buffer</c> and, centered,
/// <c>grad_avg</c>, each of a parameter's size.
/// </summary>
/// <remarks>
/// <para>Hinton's Coursera lecture 6e, 2012; centered as in Graves 2013, arXiv:1308.0850.</para>
/// <para>Not thread-safe: a step changes the parameters and the state; use an instance from one thread at a time, while no other thread calls the model.</para>
/// </remarks>
public sealed class RmsProp : Optimizer
{
    private readonly double _alpha;
    private readonly double _eps;
    private readonly double _momentum;
    private readonly bool _centered;

    /// <summary>RMSprop with torch's defaults; the weight decay (added to the gradient) is the groups'.</summary>
    /// <param name="groups">What to train.</param>
    /// <param name="alpha">Decay of the mean square, 0 to below 1; default 0.99.</param>
    /// <param name="eps">Added to the root; default 1e-8.</param>
    /// <param name="momentum">Share of the last direction that is kept; default 0.</param>
    /// <param name="centered">Divide by the standard deviation instead; default false.</param>
    /// <exception cref="ArgumentOutOfRangeException">A setting is out of range.</exception>
    public RmsProp(IEnumerable<ParameterGroup> groups, double alpha = 0.99, double eps = 1e-8, double momentum = 0, bool centered = false) : base(groups)
    {
        OptimizerGuard.Share(alpha, nameof(alpha));
        OptimizerGuard.NotNegative(eps, nameof(eps));
        OptimizerGuard.NotNegative(momentum, nameof(momentum));
        (_alpha, _eps, _momentum, _centered) = (alpha, eps, momentum, centered);
    }

    /// <inheritdoc/>
    protected override IReadOnlyList<StateSlot> Slots(Tensor parameter)
    {
        var slots = new List<StateSlot> { StateSlot.Like("square_avg", parameter) };
        if (_momentum > 0)
            slots.Add(StateSlot.Like("momentum_buffer", parameter));
        if (_centered)
            slots.Add(StateSlot.Like("grad_avg", parameter));
        return slots;
    }

    /// <inheritdoc/>
    protected override void Update(ParameterUpdate update, ParameterGroup group, double learningRate)
    {
        ArgumentNullException.ThrowIfNull(group);
        var (parameter, gradient, state) = update;
        if (group.WeightDecay != 0)
            gradient = gradient.add(parameter, alpha: group.WeightDecay);
        var meanSquare = state["square_avg"];
        meanSquare.mul_(_alpha).addcmul_(gradient, gradient, 1 - _alpha);
        var scale = _centered ? Deviation(meanSquare, state["grad_avg"], gradient) : meanSquare.sqrt();
        scale.add_(_eps);
        if (_momentum == 0)
        {
            parameter.addcdiv_(gradient, scale, -learningRate);
            return;
        }
        var direction = state["momentum_buffer"];
        direction.mul_(_momentum).addcdiv_(gradient, scale);
        parameter.add_(direction, alpha: -learningRate);
    }

    private Tensor Deviation(Tensor meanSquare, Tensor mean, Tensor gradient)
    {
        mean.lerp_(gradient, tensor(1 - _alpha, gradient.dtype, gradient.device));
        return meanSquare.addcmul(mean, mean, -1).sqrt_();
    }
}
