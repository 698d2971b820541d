using static TorchSharp.torch;

namespace PeftSharp.Optimization;

/// <summary>Gradient descent, with momentum if wished; torch's <c>SGD</c>. With momentum it keeps one tensor of a parameter's size: <c>momentum_buffer</c>.</summary>
/// <remarks>Not thread-safe: a step changes the parameters and the state; use an instance from one thread at a time, while no other thread calls the model.</remarks>
public sealed class Sgd : Optimizer
{
    private readonly double _momentum;
    private readonly double _dampening;
    private readonly bool _nesterov;

    /// <summary>Gradient descent with torch's defaults; the weight decay (added to the gradient) is the groups'.</summary>
    /// <param name="groups">What to train.</param>
    /// <param name="momentum">Share of the last direction that is kept; default 0.</param>
    /// <param name="dampening">Share of the gradient that the momentum leaves out; default 0.</param>
    /// <param name="nesterov">Look ahead along the momentum (Sutskever et al. 2013); needs momentum and no dampening. Default false.</param>
    /// <exception cref="ArgumentException">A setting is negative, or <paramref name="nesterov"/> comes without momentum or with dampening.</exception>
    public Sgd(IEnumerable<ParameterGroup> groups, double momentum = 0, double dampening = 0, bool nesterov = false) : base(groups)
    {
        OptimizerGuard.NotNegative(momentum, nameof(momentum));
        if (nesterov && (momentum <= 0 || dampening != 0))
            throw new ArgumentException("Nesterov momentum needs a momentum above 0 and no dampening.", nameof(nesterov));
        (_momentum, _dampening, _nesterov) = (momentum, dampening, nesterov);
    }

    /// <inheritdoc/>
    protected override IReadOnlyList<StateSlot> Slots(Tensor parameter) => _momentum == 0 ? [] : [StateSlot.Like("momentum_buffer", parameter)];

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
