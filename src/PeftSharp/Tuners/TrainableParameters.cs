using System.Globalization;

namespace PeftSharp.Tuners;

/// <summary>How many numbers of a model are trained.</summary>
/// <param name="Trainable">Those that are.</param>
/// <param name="All">All of them, the adapters' included.</param>
public sealed record TrainableParameters(long Trainable, long All)
{
    /// <summary>The share of the trained ones in per cent.</summary>
    public double Percent => All == 0 ? 0 : 100.0 * Trainable / All;

    /// <summary>peft's line: <c>trainable params: 294,912 || all params: 124,734,720 || trainable%: 0.2364</c>.</summary>
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"trainable params: {Trainable:N0} || all params: {All:N0} || trainable%: {Percent:F4}");
}
