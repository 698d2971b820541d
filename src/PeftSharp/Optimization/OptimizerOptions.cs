using System.Globalization;

namespace PeftSharp.Optimization;

/// <summary>
/// Options of the optimizers other than AdamW (transformers' <c>optim_args</c>). The options of AdamW are training arguments. Every option
/// is null by default, which selects the default of the optimizer.
/// </summary>
/// <remarks>
/// The description of each option names the optimizers that support it; Adafactor has no options. <see cref="OptimizerFactory"/> throws an
/// <see cref="ArgumentException"/> if the option is set for another optimizer.
/// </remarks>
public sealed record OptimizerOptions
{
    /// <summary>For <c>sgd</c> and <c>rmsprop</c>: the momentum factor, 0 or more. Default 0.</summary>
    public double? Momentum { get; init; }

    /// <summary>For <c>sgd</c>: the fraction of the gradient that is not added to the momentum. Default 0.</summary>
    public double? Dampening { get; init; }

    /// <summary>For <c>sgd</c>: whether to use Nesterov momentum, which requires a momentum and no dampening. Default false.</summary>
    public bool? Nesterov { get; init; }

    /// <summary>For <c>rmsprop</c>: the decay of the running mean of squared gradients. Default 0.99.</summary>
    public double? Alpha { get; init; }

    /// <summary>Added to the denominator. For <c>rmsprop</c>, the default is 1e-8; for <c>adagrad</c>, 1e-10.</summary>
    public double? Eps { get; init; }

    /// <summary>
    /// For <c>rmsprop</c>: whether to divide by the standard deviation of the gradient instead of its root mean square. Default false.
    /// </summary>
    public bool? Centered { get; init; }

    /// <summary>
    /// For <c>adagrad</c>: the decay of the learning rate, which is divided by 1 + (step - 1) · LrDecay. Default 0.
    /// </summary>
    public double? LrDecay { get; init; }

    /// <summary>Returns the options that are not null, by their Python names.</summary>
    internal IReadOnlyDictionary<string, object?> ByPythonName()
    {
        (string Name, object? Value)[] all =
        [
            ("momentum", Momentum), ("dampening", Dampening), ("nesterov", Nesterov), ("alpha", Alpha), ("eps", Eps),
            ("centered", Centered), ("lr_decay", LrDecay),
        ];
        return all.Where(option => option.Value is not null).ToDictionary(option => option.Name, option => option.Value);
    }

    /// <summary>Returns the options as transformers writes them, such as <c>momentum=0.9,nesterov=True</c>.</summary>
    internal string ToPython() =>
        string.Join(",", ByPythonName().Select(option => string.Create(CultureInfo.InvariantCulture, $"{option.Key}={option.Value}")));
}
