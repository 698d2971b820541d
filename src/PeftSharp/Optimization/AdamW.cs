using PeftSharp.Kernels;
using static TorchSharp.torch;

namespace PeftSharp.Optimization;

/// <summary>
/// The AdamW optimizer: Adam with decoupled weight decay. Corresponds to <c>AdamW</c> in torch. The trainer uses it by default.
/// </summary>
/// <remarks>
/// <para>Loshchilov and Hutter 2019, arXiv:1711.05101. The state is two tensors of the size of the parameter: <c>exp_avg</c> and
/// <c>exp_avg_sq</c>.</para>
/// <para>Not thread-safe: a step changes the parameters and the state. Use an instance from one thread at a time, while no other thread
/// calls the model.</para>
/// </remarks>
public sealed class AdamW : Optimizer
{
    private readonly AdamWSettings _settings;
    private readonly bool _fused;

    /// <summary>Creates an AdamW optimizer with the defaults of transformers.</summary>
    /// <param name="groups">The parameters to train, each group with its weight decay.</param>
    /// <param name="beta1">The decay of the mean gradient (first moment), in [0, 1). Default 0.9.</param>
    /// <param name="beta2">The decay of the mean squared gradient (second moment), in [0, 1). Default 0.999.</param>
    /// <param name="eps">Added to the root of the mean squared gradient. Default 1e-8.</param>
    /// <param name="fused">
    /// Whether to use a fused kernel, which updates weights and state in one pass over memory. A kernel is available for float32 on the CPU
    /// and wherever libtorch has one; for other parameters, and if this value is false, separate operations are used. Default true.
    /// </param>
    /// <exception cref="ArgumentOutOfRangeException">A beta is outside [0, 1), or <paramref name="eps"/> is negative or NaN.</exception>
    /// <exception cref="ArgumentException">
    /// There are no parameters, a name or a parameter occurs twice, or a parameter is frozen.
    /// </exception>
    public AdamW(IEnumerable<ParameterGroup> groups, double beta1 = 0.9, double beta2 = 0.999, double eps = 1e-8, bool fused = true)
        : base(groups)
    {
        OptimizerGuard.Fraction(beta1, nameof(beta1));
        OptimizerGuard.Fraction(beta2, nameof(beta2));
        OptimizerGuard.NotNegative(eps, nameof(eps));
        _settings = new(beta1, beta2, eps);
        _fused = fused;
    }

    internal override IReadOnlyDictionary<string, object?> PythonSettings => new Dictionary<string, object?>
    {
        ["betas"] = new object?[] { _settings.Beta1, _settings.Beta2 }, ["eps"] = _settings.Eps, ["amsgrad"] = false, ["maximize"] = false,
    };

    /// <inheritdoc/>
    protected override IReadOnlyList<StateSlot> GetStateSlots(Tensor parameter) =>
        [StateSlot.Like("exp_avg", parameter), StateSlot.Like("exp_avg_sq", parameter)];

    private protected override void Update(
        ParameterGroup group, IReadOnlyList<ParameterUpdate> updates, double learningRate, float gradientScale)
    {
        if (!_fused)
        {
            base.Update(group, updates, learningRate, gradientScale);
            return;
        }
        var others = new List<ParameterUpdate>();
        foreach (var update in updates)
        {
            var tensors = Tensors(update);
            if (ClippingAdamW.CanRun(tensors))
                ClippingAdamW.Step(tensors, gradientScale, _settings, update.State.Step, learningRate, group.WeightDecay);
            else others.Add(update);
        }
        // A native call has one step number, and its kernel requires contiguous memory.
        foreach (var alike in others.GroupBy(update =>
            (update.State.Step, FusedAdamW.IsAvailable && FusedAdamW.CanRun(update.Parameter, update.Gradient))))
        {
            var (step, canRun) = alike.Key;
            if (canRun)
                FusedAdamW.Step([.. alike.Select(Tensors)], gradientScale, _settings, step, learningRate, group.WeightDecay);
            else
                base.Update(group, [.. alike], learningRate, gradientScale);
        }
        // Raw writes bypass autograd's version counter. This in-place operation only increments it, so that the backward pass of an earlier
        // forward pass fails instead of using the new weights.
        foreach (var update in updates) _ = update.Parameter.transpose_(0, 0);
    }

    /// <inheritdoc/>
    protected override void Update(ParameterUpdate update, ParameterGroup group, double learningRate)
    {
        ArgumentNullException.ThrowIfNull(group);
        ReferenceAdamW.Step(Tensors(update), _settings, update.State.Step, learningRate, group.WeightDecay);
    }

    private static AdamWTensors Tensors(ParameterUpdate update) =>
        new(update.Parameter, update.Gradient, update.State["exp_avg"], update.State["exp_avg_sq"]);
}
