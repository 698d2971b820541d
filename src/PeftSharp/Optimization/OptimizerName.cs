namespace PeftSharp.Optimization;

/// <summary>
/// The optimizers (<c>optim</c> in the training arguments of transformers). <see cref="PythonNames"/> converts the values to and from their
/// Python names.
/// </summary>
public enum OptimizerName
{
    /// <summary>
    /// <see cref="AdamW"/> with a fused kernel where one is available, otherwise the same as <see cref="AdamwTorch"/>
    /// (<c>adamw_torch_fused</c>).
    /// </summary>
    AdamwTorchFused,

    /// <summary><see cref="AdamW"/> with separate operations (<c>adamw_torch</c>).</summary>
    AdamwTorch,

    /// <summary><see cref="Optimization.Sgd"/> (<c>sgd</c>).</summary>
    Sgd,

    /// <summary><see cref="Optimization.Adafactor"/> with the learning rate of the schedule (<c>adafactor</c>).</summary>
    Adafactor,

    /// <summary><see cref="Optimization.Adagrad"/> (<c>adagrad</c>).</summary>
    Adagrad,

    /// <summary><see cref="RmsProp"/> (<c>rmsprop</c>).</summary>
    Rmsprop,
}
