using static TorchSharp.torch;

namespace PeftSharp.Optimization;

/// <summary>
/// Adam's idea with the memory of a row and a column for each matrix; transformers' <c>Adafactor</c>. Keeps <c>exp_avg_sq_row</c> and
/// <c>exp_avg_sq_col</c> (vectors: <c>exp_avg_sq</c>), and <c>exp_avg</c> where a first moment is wished.
/// </summary>
/// <remarks>
/// <para>Shazeer and Stern 2018, arXiv:1804.04235.</para>
/// <para>Not thread-safe: a step changes the parameters and the state; use an instance from one thread at a time, while no other thread calls the model.</para>
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

    /// <summary>Adafactor with the class's own defaults; the trainer turns <paramref name="scaleParameter"/> and <paramref name="relativeStep"/> off.</summary>
    /// <param name="groups">What to train; their weight decay draws the weights themselves.</param>
    /// <param name="gradientEps">Added to squared gradients; default 1e-30.</param>
    /// <param name="scaleEps">The least scale of a parameter; default 1e-3.</param>
    /// <param name="clipThreshold">Updates with a larger root mean square are scaled down to it; default 1.</param>
    /// <param name="decayRate">The mean square decays by 1 - step to this power; default -0.8.</param>
    /// <param name="beta1">Decay of the mean update; null (default): no first moment.</param>
    /// <param name="scaleParameter">Multiply the learning rate by the parameter's root mean square; default true.</param>
    /// <param name="relativeStep">Take the learning rate from the step number, not from the caller; default true.</param>
    /// <param name="warmupInit">With a relative step: begin with 1e-6 · step instead of 1e-2; default false.</param>
    /// <exception cref="ArgumentException">A setting is out of range, or <paramref name="warmupInit"/> comes without <paramref name="relativeStep"/>.</exception>
    public Adafactor(
        IEnumerable<ParameterGroup> groups, double gradientEps = 1e-30, double scaleEps = 1e-3, double clipThreshold = 1, double decayRate = -0.8,
        double? beta1 = null, bool scaleParameter = true, bool relativeStep = true, bool warmupInit = false) : base(groups)
    {
        if (warmupInit && !relativeStep)
            throw new ArgumentException("warmupInit needs relativeStep.", nameof(warmupInit));
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(clipThreshold);
        if (beta1 is { } share)
            OptimizerGuard.Share(share, nameof(beta1));
        (_gradientEps, _scaleEps, _clipThreshold, _decayRate) = (gradientEps, scaleEps, clipThreshold, decayRate);
        (_beta1, _scaleParameter, _relativeStep, _warmupInit) = (beta1, scaleParameter, relativeStep, warmupInit);
    }

    /// <inheritdoc/>
    protected override IReadOnlyList<StateSlot> Slots(Tensor parameter)
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
        var gradient = update.Gradient.to(Wide(update.Gradient.dtype));           // half precision is computed in single
        var weight = update.Parameter.to(Wide(update.Parameter.dtype));           // the parameter itself where it is single already
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

    /// <summary>The gradient divided by the root of its mean square, for a matrix approximated by its rows' and columns' means.</summary>
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
        return _scaleParameter ? Math.Max(_scaleEps, RootMeanSquare(weight).to(ScalarType.Float64).item<double>()) * learningRate : learningRate;
    }

    private static Tensor RootMeanSquare(Tensor tensor) => tensor.norm() / Math.Sqrt(tensor.numel());

    private static ScalarType Wide(ScalarType type) => type is ScalarType.Float16 or ScalarType.BFloat16 ? ScalarType.Float32 : type;
}
