using static TorchSharp.torch;

namespace PeftSharp.Optimization;

/// <summary>
/// The RMSprop optimizer: divides gradients by the root of their moving mean square. Corresponds to <c>RMSprop</c> in torch.
/// </summary>
/// <remarks>
/// <para>Hinton's Coursera lecture 6e, 2012; centered as in Graves 2013, arXiv:1308.0850. The state is <c>square_avg</c>, with momentum
/// also <c>momentum_buffer</c>, and if centered also <c>grad_avg</c>, each of the size of the parameter.</para>
/// <para>Not thread-safe: a step changes the parameters and the state. Use an instance from one thread at a time, while no other thread
/// calls the model.</para>
/// </remarks>
public sealed class RmsProp : Optimizer
{
    private readonly double _alpha;
    private readonly double _eps;
    private readonly double _momentum;
    private readonly bool _centered;

    /// <summary>Creates an RMSprop optimizer with the defaults of torch.</summary>
    /// <param name="groups">
    /// The parameters to train. Each parameter times the weight decay of its group is added to its gradient (L2 penalty).
    /// </param>
    /// <param name="alpha">The decay of the mean square, in [0, 1). Default 0.99.</param>
    /// <param name="eps">Added to the denominator. Default 1e-8.</param>
    /// <param name="momentum">The momentum factor. Default 0.</param>
    /// <param name="centered">Whether to divide by the standard deviation instead of the root mean square. Default false.</param>
    /// <exception cref="ArgumentOutOfRangeException">A setting is out of range.</exception>
    /// <exception cref="ArgumentException">
    /// There are no parameters, a name or a parameter occurs twice, or a parameter is frozen.
    /// </exception>
    public RmsProp(IEnumerable<ParameterGroup> groups, double alpha = 0.99, double eps = 1e-8, double momentum = 0, bool centered = false)
        : base(groups)
    {
        OptimizerGuard.Fraction(alpha, nameof(alpha));
        OptimizerGuard.NotNegative(eps, nameof(eps));
        OptimizerGuard.NotNegative(momentum, nameof(momentum));
        (_alpha, _eps, _momentum, _centered) = (alpha, eps, momentum, centered);
    }

    internal override IReadOnlyDictionary<string, object?> PythonSettings => new Dictionary<string, object?>
    {
        ["alpha"] = _alpha, ["eps"] = _eps, ["momentum"] = _momentum, ["centered"] = _centered, ["maximize"] = false,
    };

    /// <inheritdoc/>
    protected override IReadOnlyList<StateSlot> GetStateSlots(Tensor parameter)
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
