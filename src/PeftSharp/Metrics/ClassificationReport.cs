using System.Globalization;
using PeftSharp.Internal;

namespace PeftSharp.Metrics;

/// <summary>The scores of each class and their averages, with the table that <c>classification_report</c> of scikit-learn prints.</summary>
/// <remarks>Thread safety: instances are immutable and can be used from several threads at once.</remarks>
public sealed class ClassificationReport
{
    private readonly string[] _names;
    private readonly string _supportFormat;

    internal ClassificationReport(ConfusionCounts counts, int[] classes, IReadOnlyList<string>? targetNames, double zeroDivision)
    {
        if (targetNames is not null && targetNames.Count != classes.Length)
            throw new ArgumentException(
                $"targetNames contains {Quantity.Of(targetNames.Count, "name")} for {Quantity.Of(classes.Length, "class")} "
                + $"({string.Join(", ", classes)}). Pass one name for each class, or set the argument 'classes' to the classes that have "
                + "names.", nameof(targetNames));
        _names = targetNames?.ToArray() ?? Array.ConvertAll(classes, label => label.ToString(CultureInfo.InvariantCulture));
        Classes = Array.ConvertAll(classes, label => counts.Score(label, zeroDivision));
        MicroAverage = ClassAverages.Of(counts, classes, Average.Micro, zeroDivision);
        MacroAverage = ClassAverages.Of(counts, classes, Average.Macro, zeroDivision);
        WeightedAverage = ClassAverages.Of(counts, classes, Average.Weighted, zeroDivision);
        Support = Classes.Sum(scores => scores.Support);
        // If all classes are reported, each micro average is equal to the accuracy.
        Accuracy = counts.Classes.All(classes.Contains) ? MicroAverage.F1 : null;
        // If no prediction is correct, scikit-learn's support is a float, so its table shows a decimal.
        _supportFormat = counts.Hits.Sum() == 0 ? "0.0" : "0";
    }

    /// <summary>The scores of each reported class, in ascending order of the classes or in the requested order.</summary>
    public IReadOnlyList<ClassScores> Classes { get; }

    /// <summary>The names of the classes, in the order of <see cref="Classes"/>.</summary>
    public IReadOnlyList<string> Names => _names;

    /// <summary>The proportion of correct predictions, 0 to 1; null if only some of the classes are reported.</summary>
    public double? Accuracy { get; }

    /// <summary>
    /// The scores computed from the total numbers of true positives, predictions and labels of the reported classes.
    /// </summary>
    public PrecisionRecallF1 MicroAverage { get; }

    /// <summary>The mean of the scores of the classes.</summary>
    public PrecisionRecallF1 MacroAverage { get; }

    /// <summary>The mean of the scores of the classes, weighted by their support.</summary>
    public PrecisionRecallF1 WeightedAverage { get; }

    /// <summary>The number of examples of the reported classes.</summary>
    public int Support { get; }

    /// <summary>
    /// Returns the most common scores by name, for use as the metrics of an evaluation: <c>accuracy</c> (if all classes are reported),
    /// <c>f1_macro</c> and <c>f1_weighted</c>.
    /// </summary>
    public IReadOnlyDictionary<string, double> ToMetrics()
    {
        var metrics = new OrderedDictionary<string, double>(StringComparer.Ordinal);
        if (Accuracy is { } accuracy) metrics["accuracy"] = accuracy;
        (metrics["f1_macro"], metrics["f1_weighted"]) = (MacroAverage.F1, WeightedAverage.F1);
        return metrics;
    }

    /// <summary>Returns the table of scikit-learn's <c>classification_report</c>, with two decimals.</summary>
    public override string ToString() => ToString(digits: 2);

    /// <summary>Returns the table of scikit-learn's <c>classification_report</c>. Lines end with <c>\n</c>.</summary>
    /// <param name="digits">Number of decimals of the scores, 0 to 15.</param>
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
