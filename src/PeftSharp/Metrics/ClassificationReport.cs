using System.Globalization;

namespace PeftSharp.Metrics;

/// <summary>The scores of each class and their averages, and the table that scikit-learn's <c>classification_report</c> prints.</summary>
/// <remarks>Thread safety: instances are immutable and can be used from several threads at once.</remarks>
public sealed class ClassificationReport
{
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
        var table = new ReportTable(_names, digits, _supportFormat);
        for (var i = 0; i < _names.Length; i++)
            table.Row(_names[i], Classes[i].Precision, Classes[i].Recall, Classes[i].F1, Classes[i].Support);
        table.BlankLine();
        if (Accuracy is { } accuracy)
            table.Row("accuracy", accuracy, Support);
        else
            table.Row("micro avg", MicroAverage, Support);
        table.Row("macro avg", MacroAverage, Support);
        table.Row(ReportTable.LongestHeading, WeightedAverage, Support);
        return table.ToString();
    }
}
