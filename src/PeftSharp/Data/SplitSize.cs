using System.Globalization;

namespace PeftSharp.Data;

/// <summary>How large a part of a data set shall be: a share such as 0.2, or a number of rows such as 500.</summary>
public readonly record struct SplitSize
{
    private readonly double _value;
    private readonly bool _isShare;

    private SplitSize(double value, bool isShare) => (_value, _isShare) = (value, isShare);

    /// <summary>A number of rows.</summary>
    public static implicit operator SplitSize(int rows) => FromInt32(rows);

    /// <summary>A share between 0 and 1, both excluded.</summary>
    public static implicit operator SplitSize(double share) => FromDouble(share);

    /// <summary>A number of rows.</summary>
    public static SplitSize FromInt32(int rows) => new(rows, isShare: false);

    /// <summary>A share between 0 and 1, both excluded.</summary>
    public static SplitSize FromDouble(double share) => new(share, isShare: true);

    /// <inheritdoc/>
    public override string ToString() => _value.ToString(CultureInfo.InvariantCulture);

    /// <summary>The rows of both sets: shares of the test set round up and those of the training set down, as in scikit-learn.</summary>
    internal static (int Train, int Test) Resolve(SplitSize? testSize, SplitSize? trainSize, int count)
    {
        if (testSize is null && trainSize is null)
            testSize = 0.25;
        testSize?.Validate(nameof(testSize), count);
        trainSize?.Validate(nameof(trainSize), count);
        var train = trainSize is { } wantedTrain ? (int)(wantedTrain._isShare ? Math.Floor(wantedTrain._value * count) : wantedTrain._value) : (int?)null;
        var test = testSize is { } wantedTest ? (int)(wantedTest._isShare ? Math.Ceiling(wantedTest._value * count) : wantedTest._value) : count - train!.Value;
        train ??= count - test;
        if ((long)train + test > count)
            throw new ArgumentException($"A training set of {train} and a test set of {test} rows need more than the {count} there are; make one of them smaller.", nameof(trainSize));
        if (train == 0)
            throw new ArgumentException($"Of {count} rows, a test size of {testSize} and a training size of {trainSize?.ToString() ?? "the rest"} leave no row to train on.", nameof(testSize));
        return (train.Value, test);
    }

    private void Validate(string name, int count)
    {
        if (_isShare ? !(_value > 0 && _value < 1) : _value <= 0 || _value >= count)
            throw new ArgumentOutOfRangeException(name, this, $"{name} = {this} is neither a share between 0 and 1 nor a number of rows between 1 and {count - 1}.");
    }
}
