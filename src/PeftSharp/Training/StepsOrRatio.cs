using System.Globalization;
using System.Text.Json.Serialization;

namespace PeftSharp.Training;

/// <summary>
/// A number of optimizer steps, or a ratio of the total steps of the run. Converts implicitly from <see cref="int"/> (steps) and
/// <see cref="double"/> (a ratio below 1, otherwise steps).
/// </summary>
/// <remarks>
/// As in transformers, whose step arguments are "an integer or a float in range [0, 1)": <c>LoggingSteps = 50</c> are 50 steps,
/// <c>LoggingSteps = 0.1</c> is a tenth of the total steps.
/// </remarks>
[JsonConverter(typeof(StepsOrRatioConverter))]
public readonly record struct StepsOrRatio
{
    private StepsOrRatio(double value) => Value = value;

    /// <summary>The number of steps or, if the value is below 1, the ratio of the total steps.</summary>
    public double Value { get; }

    /// <summary>Whether <see cref="Value"/> is a ratio of the total steps of the run.</summary>
    public bool IsRatio => Value is > 0 and < 1;

    /// <summary>Creates a number of optimizer steps.</summary>
    /// <param name="steps">The number of steps. The trainer checks the number together with the other arguments.</param>
    public static StepsOrRatio Steps(int steps) => new(steps);

    /// <summary>Creates a ratio of the total steps of the run. The resulting number of steps is rounded up.</summary>
    /// <param name="ratio">The ratio; above 0 and below 1.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="ratio"/> is not above 0 and below 1.</exception>
    public static StepsOrRatio Ratio(double ratio) => ratio is > 0 and < 1 ? new(ratio)
        : throw new ArgumentOutOfRangeException(
            nameof(ratio), ratio, "A ratio must be above 0 and below 1. For a number of steps use StepsOrRatio.Steps.");

    /// <summary>Converts a number of optimizer steps.</summary>
    public static implicit operator StepsOrRatio(int steps) => new(steps);

    /// <summary>
    /// Converts a ratio of the total steps (below 1) or a number of steps. The trainer checks the value together with the other arguments.
    /// </summary>
    public static implicit operator StepsOrRatio(double stepsOrRatio) => new(stepsOrRatio);

    /// <summary>Returns the value in the invariant culture, such as <c>500</c> or <c>0.1</c>.</summary>
    public override string ToString() => Value.ToString(CultureInfo.InvariantCulture);

    /// <summary>Returns the number of steps in a run of <paramref name="maxSteps"/> steps; a ratio is rounded up.</summary>
    internal int In(int maxSteps) => Value >= 1 ? (int)Value : (int)Math.Ceiling(maxSteps * Value);
}
