namespace PeftSharp.Optimization;

/// <summary>The optimizers by transformers' names; <c>optim</c> of its training arguments. Its Python names are parsed by <see cref="OptimizationNames"/>.</summary>
public enum OptimizerNames
{
    /// <summary><see cref="AdamW"/> in one pass over the memory where the native library can, else as <see cref="AdamwTorch"/> (<c>adamw_torch_fused</c>).</summary>
    AdamwTorchFused,

    /// <summary><see cref="AdamW"/> composed of separate operations (<c>adamw_torch</c>).</summary>
    AdamwTorch,

    /// <summary><see cref="Optimization.Sgd"/> (<c>sgd</c>).</summary>
    Sgd,

    /// <summary><see cref="Optimization.Adafactor"/> without its own learning rate (<c>adafactor</c>).</summary>
    Adafactor,

    /// <summary><see cref="Optimization.Adagrad"/> (<c>adagrad</c>).</summary>
    Adagrad,

    /// <summary><see cref="RmsProp"/> (<c>rmsprop</c>).</summary>
    Rmsprop,
}
