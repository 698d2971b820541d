using System.Globalization;
using System.Text;

namespace PeftSharp.Metrics;

/// <summary>The scores of each class and their averages, and the table that scikit-learn's <c>classification_report</c> prints.</summary>
/// <remarks>Thread safety: instances are immutable and can be used from several threads at once.</remarks>
public sealed class ClassificationReport
{
    private const int MaxDigits = 15;
    private const string LongestHeading = "weighted avg";

    private readonly string[] _names;
    private readonly string _supportFormat;

    internal ClassificationReport(ConfusionCounts counts, int[] classes, IReadOnlyList<string>? targetNames, double zeroDivision)
    {
        if (targetNames is not null && targetNames.Count != classes.Length)
            throw new ArgumentException($"{targetNames.Count} target names for {classes.Length} classes ({string.Join(", ", classes)}): give one a class, or the classes themselves.", nameof(targetNames));
        _names = targetNames?.ToArray() ?? Array.ConvertAll(classes, label => label.ToString(CultureInfo.InvariantCulture));
        Classes = Array.ConvertAll(classes, label => counts.Score(label, zeroDivision));
        MicroAverage = ClassAverages.Of(counts, classes, Average.Micro, zeroDivision);
        MacroAverage = ClassAverages.Of(counts, classes, Average.Macro, zeroDivision);
        WeightedAverage = ClassAverages.Of(counts, classes, Average.Weighted, zeroDivision);
        Support = Classes.Sum(scores => scores.Support);
        // Where every class is reported, the micro averages are all the accuracy.
        Accuracy = counts.Classes.All(classes.Contains) ? MicroAverage.F1 : null;
        // scikit-learn counts in floating point where not one prediction is right, and its table shows it.
        _supportFormat = counts.Hits.Sum() == 0 ? "0.0" : "0";
    }

    /// <summary>The scores of each class, in the order of the classes.</summary>
    public IReadOnlyList<ClassScores> Classes { get; }

    /// <summary>The names of the classes, in the same order.</summary>
    public IReadOnlyList<string> Names => _names;

    /// <summary>The share of right predictions; null where only some of the classes are reported.</summary>
    public double? Accuracy { get; }

    /// <summary>The scores of the summed counts.</summary>
    public PrecisionRecallF1 MicroAverage { get; }

    /// <summary>The mean of the classes.</summary>
    public PrecisionRecallF1 MacroAverage { get; }

    /// <summary>The mean of the classes, weighted by their support.</summary>
    public PrecisionRecallF1 WeightedAverage { get; }

    /// <summary>How many examples the reported classes have.</summary>
    public int Support { get; }

    /// <summary>The table with two decimals.</summary>
    public override string ToString() => ToString(digits: 2);

    /// <summary>The table, lines ending in <c>\n</c>.</summary>
    /// <param name="digits">Decimals of the scores, 0 to 15.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="digits"/> is outside 0 to 15.</exception>
    public string ToString(int digits)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(digits);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(digits, MaxDigits);
        var width = Math.Max(Math.Max(LongestHeading.Length, digits), _names.Max(name => name.Length));
        var table = new StringBuilder();
        void Row(string heading, string precision, string recall, string f1, string support) =>
            table.Append(heading.PadLeft(width)).Append(' ')
                .Append(' ').Append(precision.PadLeft(9)).Append(' ').Append(recall.PadLeft(9))
                .Append(' ').Append(f1.PadLeft(9)).Append(' ').Append(support.PadLeft(9)).Append('\n');
        void Averages(string heading, PrecisionRecallF1 scores) =>
            Row(heading, Fixed(scores.Precision, digits), Fixed(scores.Recall, digits), Fixed(scores.F1, digits), Count(Support));

        Row("", "precision", "recall", "f1-score", "support");
        table.Append('\n');
        for (var i = 0; i < _names.Length; i++)
            Row(_names[i], Fixed(Classes[i].Precision, digits), Fixed(Classes[i].Recall, digits), Fixed(Classes[i].F1, digits), Count(Classes[i].Support));
        table.Append('\n');
        if (Accuracy is { } accuracy)
            Row("accuracy", "", "", Fixed(accuracy, digits), Count(Support));
        else
            Averages("micro avg", MicroAverage);
        Averages("macro avg", MacroAverage);
        Averages(LongestHeading, WeightedAverage);
        return table.ToString();
    }

    private string Count(int support) => support.ToString(_supportFormat, CultureInfo.InvariantCulture);

    /// <summary>Python's fixed-point text: the exact value, halves to even. 28 decimals tell a half from its neighbours at up to 15 digits.</summary>
    private static string Fixed(double score, int digits)
    {
        var exact = decimal.Parse(score.ToString("F28", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
        return decimal.Round(exact, digits, MidpointRounding.ToEven).ToString("F" + digits.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
    }
}
