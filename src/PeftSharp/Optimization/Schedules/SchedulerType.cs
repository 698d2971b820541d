namespace PeftSharp.Optimization;

/// <summary>How the learning rate changes over a training; transformers' <c>lr_scheduler_type</c>. Its Python names are parsed by <see cref="OptimizationNames"/>.</summary>
public enum SchedulerType
{
    /// <summary>Warmup, then a straight line down to 0 (<c>linear</c>).</summary>
    Linear,

    /// <summary>Warmup, then half a cosine wave down to 0 (<c>cosine</c>).</summary>
    Cosine,

    /// <summary>Warmup, then several half waves, each starting at the full rate (<c>cosine_with_restarts</c>).</summary>
    CosineWithRestarts,

    /// <summary>Warmup, then a power of the remaining share of steps (<c>polynomial</c>).</summary>
    Polynomial,

    /// <summary>The full rate throughout, without warmup (<c>constant</c>).</summary>
    Constant,

    /// <summary>Warmup, then the full rate (<c>constant_with_warmup</c>).</summary>
    ConstantWithWarmup,

    /// <summary>Warmup, then one over the square root of the step (<c>inverse_sqrt</c>).</summary>
    InverseSqrt,

    /// <summary>The full rate until a metric stops improving, then less (<c>reduce_lr_on_plateau</c>): not a function of the step, see <see cref="ReduceLROnPlateau"/>.</summary>
    ReduceLrOnPlateau,

    /// <summary>Warmup, then half a cosine wave down to a least rate (<c>cosine_with_min_lr</c>).</summary>
    CosineWithMinLr,

    /// <summary>The same with a warmup that starts above 0 (<c>cosine_warmup_with_min_lr</c>).</summary>
    CosineWarmupWithMinLr,

    /// <summary>Warmup, the full rate, then a descent (<c>warmup_stable_decay</c>).</summary>
    WarmupStableDecay,
}
