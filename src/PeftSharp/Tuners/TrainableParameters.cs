using System.Globalization;

namespace PeftSharp.Tuners;

/// <summary>The number of trainable elements and the number of all elements in the parameters of a model.</summary>
/// <param name="Trainable">Number of trainable elements.</param>
/// <param name="All">Number of all elements, including the elements of adapters.</param>
public sealed record TrainableParameters(long Trainable, long All)
{
    /// <summary>The trainable fraction, in percent.</summary>
    public double Percent => All == 0 ? 0 : 100.0 * Trainable / All;

    /// <summary>Returns the same line as peft, such as <c>trainable params: 294,912 || all params: 124,734,720 || trainable%:
    /// 0.2364</c>.</summary>
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture,
            $"trainable params: {Trainable:N0} || all params: {All:N0} || trainable%: {Percent:F4}");
}
