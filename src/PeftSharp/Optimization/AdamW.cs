using PeftSharp.Kernels;
using static TorchSharp.torch;

namespace PeftSharp.Optimization;

/// <summary>Adam with decoupled weight decay; torch's <c>AdamW</c>, the default of transformers.</summary>
/// <remarks>
/// <para>Loshchilov and Hutter 2019, arXiv:1711.05101. Keeps two tensors of a parameter's size: <c>exp_avg</c> and <c>exp_avg_sq</c>.</para>
/// <para>Not thread-safe: a step changes the parameters and the state; use an instance from one thread at a time, while no other thread calls the model.</para>
/// </remarks>
public sealed class AdamW : Optimizer
{
    private readonly AdamWSettings _settings;
    private readonly bool _fused;

    /// <summary>AdamW with transformers' defaults; the weight decay is the groups'.</summary>
    /// <param name="groups">What to train.</param>
    /// <param name="beta1">Decay of the mean gradient, 0 to below 1; default 0.9.</param>
    /// <param name="beta2">Decay of the mean squared gradient, 0 to below 1; default 0.999.</param>
    /// <param name="eps">Added to the root of the mean square; default 1e-8.</param>
    /// <param name="fused">True (default): one pass over the memory, with the clipping of a trainer on the processor in float32, elsewhere where the native library offers it. False: separate operations.</param>
    /// <exception cref="ArgumentOutOfRangeException">A beta is outside [0, 1), or <paramref name="eps"/> is negative.</exception>
    public AdamW(IEnumerable<ParameterGroup> groups, double beta1 = 0.9, double beta2 = 0.999, double eps = 1e-8, bool fused = true) : base(groups)
    {
        OptimizerGuard.Share(beta1, nameof(beta1));
        OptimizerGuard.Share(beta2, nameof(beta2));
        OptimizerGuard.NotNegative(eps, nameof(eps));
        _settings = new(beta1, beta2, eps);
        _fused = fused;
    }

    /// <inheritdoc/>
    protected override IReadOnlyList<StateSlot> Slots(Tensor parameter) => [StateSlot.Like("exp_avg", parameter), StateSlot.Like("exp_avg_sq", parameter)];

    private protected override void Update(ParameterGroup group, IReadOnlyList<ParameterUpdate> updates, double learningRate, float gradientScale)
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
            if (ClippingAdamW.CanRun(tensors)) ClippingAdamW.Step(tensors, gradientScale, _settings, update.State.Step, learningRate, group.WeightDecay);
            else others.Add(update);
        }
        // One native call takes one step number, and the kernel reads memory as it lies.
        foreach (var alike in others.GroupBy(update => (update.State.Step, FusedAdamW.IsAvailable && FusedAdamW.CanRun(update.Parameter, update.Gradient))))
        {
            var (step, isTaken) = alike.Key;
            if (isTaken)
                FusedAdamW.Step([.. alike.Select(Tensors)], gradientScale, _settings, step, learningRate, group.WeightDecay);
            else
                base.Update(group, [.. alike], learningRate, gradientScale);
        }
        // Kernels write without libtorch's notice. An operation in place that does nothing tells it, so that a backward pass of before does not go on with other weights.
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
