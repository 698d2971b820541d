using System.Globalization;
using PeftSharp.Internal;

namespace PeftSharp.Data;

/// <summary>
/// The size of a training or test set: a fraction of the rows, such as 0.2, or a number of rows, such as 500. A <see cref="double"/> is
/// converted implicitly to a fraction, and an <see cref="int"/> to a number of rows.
/// </summary>
public readonly record struct SplitSize
{
    private const string OnlyOneRow = "The dataset has only one row, but a training set and a test set require at least two rows.";

    private readonly double _value;
    private readonly bool _isFraction;

    private SplitSize(double value, bool isFraction) => (_value, _isFraction) = (value, isFraction);

    /// <summary>Converts a number of rows to a size.</summary>
    public static implicit operator SplitSize(int rows) => FromInt32(rows);

    /// <summary>Converts a fraction of the rows, above 0 and below 1, to a size.</summary>
    public static implicit operator SplitSize(double fraction) => FromDouble(fraction);

    /// <summary>Creates a size from a number of rows.</summary>
    public static SplitSize FromInt32(int rows) => new(rows, isFraction: false);

    /// <summary>Creates a size from a fraction of the rows, above 0 and below 1.</summary>
    public static SplitSize FromDouble(double fraction) => new(fraction, isFraction: true);

    /// <inheritdoc/>
    public override string ToString() => _value.ToString(CultureInfo.InvariantCulture);

    /// <summary>
    /// Returns the number of rows of both sets. A fraction is rounded up for the test set and down for the training set, as in
    /// scikit-learn.
    /// </summary>
    internal static (int Train, int Test) Resolve(SplitSize? testSize, SplitSize? trainSize, int count)
    {
        if (testSize is null && trainSize is null)
            testSize = 0.25;
        testSize?.Validate(nameof(testSize), count);
        trainSize?.Validate(nameof(trainSize), count);
        var train = trainSize is { } trainValue
            ? (int)(trainValue._isFraction ? Math.Floor(trainValue._value * count) : trainValue._value)
            : (int?)null;
        var test = testSize is { } testValue
            ? (int)(testValue._isFraction ? Math.Ceiling(testValue._value * count) : testValue._value)
            : count - train!.Value;
        train ??= count - test;
        if ((long)train + test > count)
            throw new ArgumentException(
                $"A training set of {Quantity.Of(train.Value, "row")} and a test set of {Quantity.Of(test, "row")} "
                + $"together have more rows than the dataset ({count}). Reduce trainSize or testSize.", nameof(trainSize));
        if (train == 0)
            throw new ArgumentException(
                count == 1 ? OnlyOneRow
                : trainSize is null ? $"The training set would have no rows: testSize is the fraction {testSize} of {count} rows, which is "
                    + $"rounded up to {test}. Reduce testSize."
                : $"The training set would have no rows: trainSize is the fraction {trainSize} of {count} rows, which is rounded down to "
                    + "0. Increase trainSize.", trainSize is null ? nameof(testSize) : nameof(trainSize));
        return (train.Value, test);
    }

    private void Validate(string name, int count)
    {
        if (_isFraction ? !(_value > 0 && _value < 1) : _value <= 0 || _value >= count)
            throw new ArgumentOutOfRangeException(name, this, count == 1 ? OnlyOneRow
                : $"{name} is {(_isFraction ? $"the fraction {this}" : Quantity.Of((long)_value, "row"))}; it must be a fraction above 0 "
                    + $"and below 1, or {(count == 2 ? "1 row" : $"a number of rows from 1 to {count - 1}")}.");
    }
}
