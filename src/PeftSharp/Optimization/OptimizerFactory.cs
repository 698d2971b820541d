namespace PeftSharp.Optimization;

/// <summary>Optimizers by name and options, as transformers' trainer makes them.</summary>
public static class OptimizerFactory
{
    /// <summary>The optimizer of a training.</summary>
    /// <param name="optim">Which.</param>
    /// <param name="groups">What to train, with each group's weight decay; see <see cref="ParameterGroups.Of"/>.</param>
    /// <param name="adamBeta1">Of the AdamW kinds; default 0.9.</param>
    /// <param name="adamBeta2">Of the AdamW kinds; default 0.999.</param>
    /// <param name="adamEpsilon">Of the AdamW kinds; default 1e-8.</param>
    /// <param name="optimArgs">
    /// Further options as <c>name=value</c> separated by commas: <c>momentum</c>, <c>dampening</c>, <c>nesterov</c> (sgd); <c>lr_decay</c>, <c>eps</c> (adagrad);
    /// <c>momentum</c>, <c>alpha</c>, <c>eps</c>, <c>centered</c> (rmsprop). Null: none.
    /// </param>
    /// <exception cref="ArgumentException">An option is unknown, malformed or out of range.</exception>
    public static Optimizer Create(
        OptimizerNames optim, IEnumerable<ParameterGroup> groups, double adamBeta1 = 0.9, double adamBeta2 = 0.999, double adamEpsilon = 1e-8, string? optimArgs = null)
    {
        var options = new OptimizerOptions(optim, optimArgs);
        Optimizer optimizer = optim switch
        {
            OptimizerNames.AdamwTorchFused or OptimizerNames.AdamwTorch =>
                new AdamW(groups, adamBeta1, adamBeta2, adamEpsilon, fused: optim == OptimizerNames.AdamwTorchFused),
            // With its own learning rate it would ignore the schedule, so the trainer turns that off.
            OptimizerNames.Adafactor => new Adafactor(groups, scaleParameter: false, relativeStep: false),
            OptimizerNames.Sgd => new Sgd(groups, options.Number("momentum", 0), options.Number("dampening", 0), options.Flag("nesterov")),
            OptimizerNames.Adagrad => new Adagrad(groups, lrDecay: options.Number("lr_decay", 0), eps: options.Number("eps", 1e-10)),
            OptimizerNames.Rmsprop => new RmsProp(
                groups, options.Number("alpha", 0.99), options.Number("eps", 1e-8), options.Number("momentum", 0), options.Flag("centered")),
            _ => throw new ArgumentOutOfRangeException(nameof(optim), optim, "No such optimizer."),
        };
        options.RefuseUnknown();                 // nothing to free: state is made in the first step
        return optimizer;
    }
}
