using System.Globalization;
using System.Text.Json.Serialization;

namespace PeftSharp.Training;

/// <summary>A number of optimizer steps, or a share of all steps of the run. Converts implicitly from <see cref="int"/> (steps) and <see cref="double"/> (below 1 a share, otherwise steps).</summary>
/// <remarks>transformers' arguments for steps are "an integer or a float in range [0, 1)"; so <c>LoggingSteps = 50</c> and <c>LoggingSteps = 0.1</c> mean the same here as there.</remarks>
[JsonConverter(typeof(StepsOrRatioConverter))]
public readonly record struct StepsOrRatio
{
    private StepsOrRatio(double value) => Value = value;

    /// <summary>The number of steps, or the share of all steps if it is below 1.</summary>
    public double Value { get; }

    /// <summary>Whether <see cref="Value"/> is a share of all steps of the run.</summary>
    public bool IsRatio => Value is > 0 and < 1;

    /// <summary>A number of optimizer steps.</summary>
    /// <param name="steps">The number. The trainer says which numbers an argument accepts.</param>
    public static StepsOrRatio Steps(int steps) => new(steps);

    /// <summary>A share of all steps of the run, rounded up to whole steps.</summary>
    /// <param name="ratio">Above 0 and below 1.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="ratio"/> is not above 0 and below 1.</exception>
    public static StepsOrRatio Ratio(double ratio) => ratio is > 0 and < 1 ? new(ratio)
        : throw new ArgumentOutOfRangeException(nameof(ratio), ratio, "A share of the steps of a run must be above 0 and below 1. For a number of steps use StepsOrRatio.Steps.");

    /// <summary>A number of optimizer steps.</summary>
    public static implicit operator StepsOrRatio(int steps) => new(steps);

    /// <summary>Below 1 a share of all steps, otherwise a number of steps. The trainer checks the value with its other arguments.</summary>
    public static implicit operator StepsOrRatio(double stepsOrRatio) => new(stepsOrRatio);

    /// <summary>The value as a number, such as <c>500</c> or <c>0.1</c>.</summary>
    public override string ToString() => Value.ToString(CultureInfo.InvariantCulture);

    /// <summary>The number of steps in a run of <paramref name="maxSteps"/> steps; a share is rounded up.</summary>
    internal int In(int maxSteps) => Value >= 1 ? (int)Value : (int)Math.Ceiling(maxSteps * Value);
}
