namespace PeftSharp.Optimization;

/// <summary>
/// The learning rate schedules (<c>lr_scheduler_type</c> in transformers, without <c>greedy</c>). <see cref="PythonNames"/> converts the
/// values to and from their Python names.
/// </summary>
public enum SchedulerType
{
    /// <summary>Warmup, then linear decay, which reaches 0 after the last step (<c>linear</c>).</summary>
    Linear,

    /// <summary>Warmup, then cosine decay to 0 (<c>cosine</c>).</summary>
    Cosine,

    /// <summary>Warmup, then one or more half cosine cycles, each from the peak to 0 (<c>cosine_with_restarts</c>).</summary>
    CosineWithRestarts,

    /// <summary>Warmup, then polynomial decay (<c>polynomial</c>).</summary>
    Polynomial,

    /// <summary>A constant learning rate, without warmup (<c>constant</c>).</summary>
    Constant,

    /// <summary>Warmup, then a constant learning rate (<c>constant_with_warmup</c>).</summary>
    ConstantWithWarmup,

    /// <summary>Warmup, then decay with the inverse square root of the step (<c>inverse_sqrt</c>).</summary>
    InverseSqrt,

    /// <summary>
    /// A constant learning rate that is reduced when a metric stops improving (<c>reduce_lr_on_plateau</c>). The learning rate is not a
    /// function of the step: <see cref="Optimization.ReduceLrOnPlateau"/> computes it from the metric.
    /// </summary>
    ReduceLrOnPlateau,

    /// <summary>Warmup, then cosine decay to a minimum learning rate (<c>cosine_with_min_lr</c>).</summary>
    CosineWithMinLr,

    /// <summary>Warmup that starts above 0, then cosine decay to a minimum learning rate (<c>cosine_warmup_with_min_lr</c>).</summary>
    CosineWarmupWithMinLr,

    /// <summary>Warmup, then a constant learning rate, then decay (<c>warmup_stable_decay</c>).</summary>
    WarmupStableDecay,
}
