namespace PeftSharp.Optimization;

/// <summary>Creates optimizers by name and options, as the trainer of transformers does.</summary>
public static class OptimizerFactory
{
    /// <summary>Creates an optimizer.</summary>
    /// <param name="optim">The optimizer.</param>
    /// <param name="groups">
    /// The parameters to train, each group with its weight decay, as <see cref="ParameterGroups.Create"/> returns them.
    /// </param>
    /// <param name="adamBeta1">The decay of the first moment; for AdamW. Default 0.9.</param>
    /// <param name="adamBeta2">The decay of the second moment; for AdamW. Default 0.999.</param>
    /// <param name="adamEpsilon">Added to the root of the second moment; for AdamW. Default 1e-8.</param>
    /// <param name="optimArgs">Other options of the optimizer. Null: its defaults.</param>
    /// <exception cref="ArgumentException">
    /// The optimizer does not use an option, or an option is out of range; or there are no parameters, a name or a parameter occurs twice,
    /// or a parameter is frozen.
    /// </exception>
    public static Optimizer Create(
        OptimizerName optim, IEnumerable<ParameterGroup> groups, double adamBeta1 = 0.9, double adamBeta2 = 0.999,
        double adamEpsilon = 1e-8,
        OptimizerOptions? optimArgs = null)
    {
        var options = new NamedOptions($"the optimizer {optim.ToPythonName()} (OptimArgs)", optimArgs?.ByPythonName());
        Optimizer optimizer = optim switch
        {
            OptimizerName.AdamwTorchFused or OptimizerName.AdamwTorch =>
                new AdamW(groups, adamBeta1, adamBeta2, adamEpsilon, fused: optim == OptimizerName.AdamwTorchFused),
            // A relative step would ignore the learning rate of the schedule.
            OptimizerName.Adafactor => new Adafactor(groups, scaleParameter: false, relativeStep: false),
            OptimizerName.Sgd =>
                new Sgd(groups, options.Number("momentum") ?? 0, options.Number("dampening") ?? 0, options.Flag("nesterov")),
            OptimizerName.Adagrad => new Adagrad(groups, lrDecay: options.Number("lr_decay") ?? 0, eps: options.Number("eps") ?? 1e-10),
            OptimizerName.Rmsprop => new RmsProp(
                groups, options.Number("alpha") ?? 0.99, options.Number("eps") ?? 1e-8, options.Number("momentum") ?? 0,
                options.Flag("centered")),
            _ => throw new ArgumentOutOfRangeException(nameof(optim), optim, "The optimizer is not supported."),
        };
        options.RejectUnknown();                 // there is nothing to dispose: the state is created in the first step
        return optimizer;
    }
}
