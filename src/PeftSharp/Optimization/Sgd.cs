using static TorchSharp.torch;

namespace PeftSharp.Optimization;

/// <summary>
/// Stochastic gradient descent (SGD) with optional momentum. Corresponds to <c>SGD</c> in torch. With momentum, the state is one tensor of
/// the size of the parameter: <c>momentum_buffer</c>.
/// </summary>
/// <remarks>
/// Not thread-safe: a step changes the parameters and the state. Use an instance from one thread at a time, while no other thread calls the
/// model.
/// </remarks>
public sealed class Sgd : Optimizer
{
    private readonly double _momentum;
    private readonly double _dampening;
    private readonly bool _nesterov;

    /// <summary>Creates an SGD optimizer with the defaults of torch.</summary>
    /// <param name="groups">
    /// The parameters to train. Each parameter times the weight decay of its group is added to its gradient (L2 penalty).
    /// </param>
    /// <param name="momentum">The momentum factor. Default 0.</param>
    /// <param name="dampening">The dampening: the fraction of the gradient that is not added to the momentum. Default 0.</param>
    /// <param name="nesterov">
    /// Whether to use Nesterov momentum (Sutskever et al. 2013). Nesterov momentum requires a momentum and no dampening. Default false.
    /// </param>
    /// <exception cref="ArgumentException">
    /// <paramref name="momentum"/> is negative; <paramref name="nesterov"/> is true without momentum or with dampening; or there are no
    /// parameters, a name or a parameter occurs twice, or a parameter is frozen.
    /// </exception>
    public Sgd(IEnumerable<ParameterGroup> groups, double momentum = 0, double dampening = 0, bool nesterov = false) : base(groups)
    {
        OptimizerGuard.NotNegative(momentum, nameof(momentum));
        if (nesterov && (momentum <= 0 || dampening != 0))
            throw new ArgumentException("Nesterov momentum requires a momentum greater than 0 and a dampening of 0.", nameof(nesterov));
        (_momentum, _dampening, _nesterov) = (momentum, dampening, nesterov);
    }

    internal override IReadOnlyDictionary<string, object?> PythonSettings => new Dictionary<string, object?>
    {
        ["momentum"] = _momentum, ["dampening"] = _dampening, ["nesterov"] = _nesterov, ["maximize"] = false,
    };

    /// <inheritdoc/>
    protected override IReadOnlyList<StateSlot> GetStateSlots(Tensor parameter) =>
        _momentum == 0 ? [] : [StateSlot.Like("momentum_buffer", parameter)];

    /// <inheritdoc/>
    protected override void Update(ParameterUpdate update, ParameterGroup group, double learningRate)
    {
        ArgumentNullException.ThrowIfNull(group);
        var (parameter, gradient, state) = update;
        if (group.WeightDecay != 0)
            gradient = gradient.add(parameter, alpha: group.WeightDecay);
        if (_momentum != 0)
        {
            var direction = state["momentum_buffer"];
            if (state.Step == 1)
                direction.copy_(gradient);                                  // the first gradient is not dampened
            else
                direction.mul_(_momentum).add_(gradient, alpha: 1 - _dampening);
            gradient = _nesterov ? gradient.add(direction, alpha: _momentum) : direction;
        }
        parameter.add_(gradient, alpha: -learningRate);
    }
}
