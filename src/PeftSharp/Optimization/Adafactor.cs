using static TorchSharp.torch;

namespace PeftSharp.Optimization;

/// <summary>
/// The Adafactor optimizer: Adam with a second moment that is factored into row and column means, which needs little memory. Corresponds to
/// <c>Adafactor</c> in transformers.
/// </summary>
/// <remarks>
/// <para>
/// Shazeer and Stern 2018, arXiv:1804.04235. The state of a parameter with at least two dimensions is <c>exp_avg_sq_row</c> and
/// <c>exp_avg_sq_col</c>; the state of any other parameter is <c>exp_avg_sq</c>. With <c>beta1</c>, each parameter also has <c>exp_avg</c>.
/// </para>
/// <para>Not thread-safe: a step changes the parameters and the state. Use an instance from one thread at a time, while no other thread
/// calls the model.</para>
/// </remarks>
public sealed class Adafactor : Optimizer
{
    private readonly double _gradientEps;
    private readonly double _scaleEps;
    private readonly double _clipThreshold;
    private readonly double _decayRate;
    private readonly double? _beta1;
    private readonly bool _scaleParameter;
    private readonly bool _relativeStep;
    private readonly bool _warmupInit;

    /// <summary>
    /// Creates an Adafactor optimizer. The trainer sets <paramref name="scaleParameter"/> and <paramref name="relativeStep"/> to false.
    /// </summary>
    /// <param name="groups">
    /// The parameters to train. The weight decay of a group is decoupled: it is applied to the weights, not the gradients.
    /// </param>
    /// <param name="gradientEps">Added to the squared gradients. Default 1e-30.</param>
    /// <param name="scaleEps">
    /// With <paramref name="scaleParameter"/>: the smallest value by which the learning rate is multiplied, even if the root mean square of
    /// the parameter is smaller. Default 1e-3.
    /// </param>
    /// <param name="clipThreshold">
    /// The maximum root mean square of an update, above 0; larger updates are scaled down. Default 1.
    /// </param>
    /// <param name="decayRate">The decay of the mean square at a step is 1 - step^decayRate. Default -0.8.</param>
    /// <param name="beta1">The decay of the first moment, in [0, 1). Null (default): no first moment.</param>
    /// <param name="scaleParameter">Whether to multiply the learning rate by the root mean square of the parameter. Default true.</param>
    /// <param name="relativeStep">
    /// Whether to compute the learning rate from the step and to ignore the learning rate that is passed to
    /// <see cref="Optimizer.Step(double)"/>. Default true.
    /// </param>
    /// <param name="warmupInit">
    /// With <paramref name="relativeStep"/>: whether the maximum of the computed learning rate is 1e-6 · step instead of 1e-2. Default
    /// false.
    /// </param>
    /// <exception cref="ArgumentException">
    /// <paramref name="clipThreshold"/> or <paramref name="beta1"/> is out of range; <paramref name="warmupInit"/> is true and
    /// <paramref name="relativeStep"/> is false; or there are no parameters, a name or a parameter occurs twice, or a parameter is frozen.
    /// </exception>
    public Adafactor(
        IEnumerable<ParameterGroup> groups, double gradientEps = 1e-30, double scaleEps = 1e-3, double clipThreshold = 1,
        double decayRate = -0.8, double? beta1 = null, bool scaleParameter = true, bool relativeStep = true, bool warmupInit = false)
        : base(groups)
    {
        if (warmupInit && !relativeStep)
            throw new ArgumentException(
                "warmupInit requires relativeStep. Set relativeStep to true, or warmupInit to false.", nameof(warmupInit));
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(clipThreshold);
        if (beta1 is { } share)
            OptimizerGuard.Fraction(share, nameof(beta1));
        (_gradientEps, _scaleEps, _clipThreshold, _decayRate) = (gradientEps, scaleEps, clipThreshold, decayRate);
        (_beta1, _scaleParameter, _relativeStep, _warmupInit) = (beta1, scaleParameter, relativeStep, warmupInit);
    }

    internal override IReadOnlyDictionary<string, object?> PythonSettings => new Dictionary<string, object?>
    {
        ["eps"] = new object?[] { _gradientEps, _scaleEps }, ["clip_threshold"] = _clipThreshold, ["decay_rate"] = _decayRate,
        ["beta1"] = _beta1, ["scale_parameter"] = _scaleParameter, ["relative_step"] = _relativeStep, ["warmup_init"] = _warmupInit,
    };

    /// <inheritdoc/>
    protected override IReadOnlyList<StateSlot> GetStateSlots(Tensor parameter)
    {
        ArgumentNullException.ThrowIfNull(parameter);
        var shape = parameter.shape;
        var type = Wide(parameter.dtype);
        var slots = new List<StateSlot>();
        if (_beta1 is not null)
            slots.Add(new("exp_avg", shape, type));
        if (shape.Length < 2)
            slots.Add(new("exp_avg_sq", shape, type));
        else
        {
            slots.Add(new("exp_avg_sq_row", shape[..^1], type));
            slots.Add(new("exp_avg_sq_col", [.. shape[..^2], shape[^1]], type));
        }
        return slots;
    }

    /// <inheritdoc/>
    protected override void Update(ParameterUpdate update, ParameterGroup group, double learningRate)
    {
        ArgumentNullException.ThrowIfNull(group);
        var state = update.State;
        var gradient = update.Gradient.to(Wide(update.Gradient.dtype));           // half precision is computed in float32
        var weight = update.Parameter.to(Wide(update.Parameter.dtype));           // the parameter itself if it is float32 already
        var rate = Rate(weight, state.Step, learningRate);
        var change = Normalized(gradient, state);
        change.div_((RootMeanSquare(change) / _clipThreshold).clamp_(min: 1)).mul_(rate);
        if (_beta1 is { } beta1)
            change = state["exp_avg"].mul_(beta1).add_(change, alpha: 1 - beta1);
        if (group.WeightDecay != 0)
            weight.add_(weight, alpha: -group.WeightDecay * rate);
        weight.sub_(change);
        if (weight.dtype != update.Parameter.dtype)
            update.Parameter.copy_(weight);
    }

    /// <summary>
    /// Divides the gradient by the root of its mean square, which for a matrix is approximated from the means of its rows and columns.
    /// </summary>
    private Tensor Normalized(Tensor gradient, ParameterState state)
    {
        var decay = 1 - Math.Pow(state.Step, _decayRate);
        var square = gradient.square().add_(_gradientEps);
        if (gradient.dim() < 2)
        {
            var meanSquare = state["exp_avg_sq"];
            meanSquare.mul_(decay).add_(square, alpha: 1 - decay);
            return meanSquare.rsqrt().mul_(gradient);
        }
        var (rows, columns) = (state["exp_avg_sq_row"], state["exp_avg_sq_col"]);
        rows.mul_(decay).add_(square.mean([-1]), alpha: 1 - decay);
        columns.mul_(decay).add_(square.mean([-2]), alpha: 1 - decay);
        var byRow = (rows / rows.mean([-1], keepdim: true)).rsqrt_().unsqueeze(-1);
        return (byRow * columns.unsqueeze(-2).rsqrt()).mul_(gradient);
    }

    private double Rate(Tensor weight, long step, double learningRate)
    {
        if (_relativeStep)
            learningRate = Math.Min(_warmupInit ? 1e-6 * step : 1e-2, 1 / Math.Sqrt(step));
        return _scaleParameter
            ? Math.Max(_scaleEps, RootMeanSquare(weight).to(ScalarType.Float64).item<double>()) * learningRate
            : learningRate;
    }

    private static Tensor RootMeanSquare(Tensor tensor) => tensor.norm() / Math.Sqrt(tensor.numel());

    private static ScalarType Wide(ScalarType type) => type is ScalarType.Float16 or ScalarType.BFloat16 ? ScalarType.Float32 : type;
}
