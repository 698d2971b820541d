using static TorchSharp.torch;

namespace PeftSharp.Optimization;

/// <summary>
/// The Adagrad optimizer: divides each step by the root of the sum of all squared gradients. Corresponds to <c>Adagrad</c> in torch.
/// </summary>
/// <remarks>
/// <para>Duchi et al. 2011, JMLR 12. The state is one tensor of the size of the parameter: <c>sum</c>.</para>
/// <para>Not thread-safe: a step changes the parameters and the state. Use an instance from one thread at a time, while no other thread
/// calls the model.</para>
/// </remarks>
public sealed class Adagrad : Optimizer
{
    private readonly double _rateDecay;
    private readonly double _initialSum;
    private readonly double _eps;

    /// <summary>Creates an Adagrad optimizer with the defaults of torch.</summary>
    /// <param name="groups">
    /// The parameters to train. Each parameter times the weight decay of its group is added to its gradient (L2 penalty).
    /// </param>
    /// <param name="lrDecay">The learning rate is divided by 1 + (step - 1) · lrDecay. Default 0.</param>
    /// <param name="initialAccumulatorValue">The initial value of the sum of squares. Default 0.</param>
    /// <param name="eps">Added to the root of the sum. Default 1e-10.</param>
    /// <exception cref="ArgumentOutOfRangeException">A setting is negative or NaN.</exception>
    /// <exception cref="ArgumentException">
    /// There are no parameters, a name or a parameter occurs twice, or a parameter is frozen.
    /// </exception>
    public Adagrad(IEnumerable<ParameterGroup> groups, double lrDecay = 0, double initialAccumulatorValue = 0, double eps = 1e-10)
        : base(groups)
    {
        OptimizerGuard.NotNegative(lrDecay, nameof(lrDecay));
        OptimizerGuard.NotNegative(initialAccumulatorValue, nameof(initialAccumulatorValue));
        OptimizerGuard.NotNegative(eps, nameof(eps));
        (_rateDecay, _initialSum, _eps) = (lrDecay, initialAccumulatorValue, eps);
    }

    internal override IReadOnlyDictionary<string, object?> PythonSettings => new Dictionary<string, object?>
    {
        ["lr_decay"] = _rateDecay, ["initial_accumulator_value"] = _initialSum, ["eps"] = _eps, ["maximize"] = false,
    };

    /// <inheritdoc/>
    protected override IReadOnlyList<StateSlot> GetStateSlots(Tensor parameter) => [StateSlot.Like("sum", parameter, _initialSum)];

    /// <inheritdoc/>
    protected override void Update(ParameterUpdate update, ParameterGroup group, double learningRate)
    {
        ArgumentNullException.ThrowIfNull(group);
        var (parameter, gradient, state) = update;
        if (group.WeightDecay != 0)
            gradient = gradient.add(parameter, alpha: group.WeightDecay);
        var sum = state["sum"];
        sum.addcmul_(gradient, gradient, 1);
        var rate = learningRate / (1 + (state.Step - 1) * _rateDecay);
        parameter.addcdiv_(gradient, sum.sqrt().add_(_eps), -rate);
    }
}
