using System.Globalization;
using PeftSharp.Internal;

namespace PeftSharp.Metrics;

/// <summary>
/// The scores of each label and their averages, for predictions with several labels per example. <c>ToString</c> returns the table that
/// <c>classification_report</c> of scikit-learn prints.
/// </summary>
/// <remarks>Thread safety: instances are immutable and can be used from several threads at once.</remarks>
public sealed class MultiLabelReport
{
    private readonly string[] _names;

    internal MultiLabelReport(MultiLabelCounts counts, IReadOnlyList<string>? names)
    {
        if (names is not null && names.Count != counts.Scores.Length)
            throw new ArgumentException(
                $"names contains {Quantity.Of(names.Count, "name")}{(names.Count == 0 ? "" : $" ({string.Join(", ", names)})")} for "
                + $"{Quantity.Of(counts.Scores.Length, "label")}. "
                + "Pass one name for each label.", nameof(names));
        _names = names?.ToArray() ?? Array.ConvertAll(counts.Scores, scores => scores.Label.ToString(CultureInfo.InvariantCulture));
        Labels = counts.Scores;
        (MicroAverage, MacroAverage) = (counts.Of(Average.Micro), counts.Of(Average.Macro));
        (WeightedAverage, SamplesAverage) = (counts.Of(Average.Weighted), counts.Of(Average.Samples));
        SubsetAccuracy = (double)counts.Exact / counts.Examples;
        HammingLoss = (double)counts.Wrong / counts.Examples / counts.Scores.Length;
        Support = counts.Scores.Sum(scores => scores.Support);
    }

    /// <summary>The scores of each label, in order. <see cref="ClassScores.Label"/> is the index of the label, from 0.</summary>
    public IReadOnlyList<ClassScores> Labels { get; }

    /// <summary>The names of the labels, in the order of <see cref="Labels"/>.</summary>
    public IReadOnlyList<string> Names => _names;

    /// <summary>The scores computed from the total numbers of true positives, predicted labels and true labels.</summary>
    public PrecisionRecallF1 MicroAverage { get; }

    /// <summary>The mean of the scores of the labels.</summary>
    public PrecisionRecallF1 MacroAverage { get; }

    /// <summary>The mean of the scores of the labels, weighted by their support.</summary>
    public PrecisionRecallF1 WeightedAverage { get; }

    /// <summary>The mean of the scores of the examples.</summary>
    public PrecisionRecallF1 SamplesAverage { get; }

    /// <summary>The proportion of examples whose predicted labels all equal the true labels, 0 to 1 (exact match).</summary>
    public double SubsetAccuracy { get; }

    /// <summary>The proportion of wrong labels, 0 to 1.</summary>
    public double HammingLoss { get; }

    /// <summary>The number of true labels over all examples.</summary>
    public int Support { get; }

    /// <summary>
    /// Returns the scores by name, for use as the metrics of an evaluation: <c>precision_micro</c>, <c>recall_micro</c>, <c>f1_micro</c>,
    /// the same for macro, weighted and samples, <c>subset_accuracy</c> and <c>hamming_loss</c>.
    /// </summary>
    public IReadOnlyDictionary<string, double> ToMetrics()
    {
        var metrics = new OrderedDictionary<string, double>(StringComparer.Ordinal);
        var averages = new[]
        {
            ("micro", MicroAverage), ("macro", MacroAverage), ("weighted", WeightedAverage), ("samples", SamplesAverage),
        };
        foreach (var (name, scores) in averages)
            (metrics[$"f1_{name}"], metrics[$"precision_{name}"], metrics[$"recall_{name}"]) = (scores.F1, scores.Precision, scores.Recall);
        (metrics["subset_accuracy"], metrics["hamming_loss"]) = (SubsetAccuracy, HammingLoss);
        return metrics;
    }

    /// <summary>Returns the table of scikit-learn's <c>classification_report</c>, with two decimals.</summary>
    public override string ToString() => ToString(digits: 2);

    /// <summary>Returns the table of scikit-learn's <c>classification_report</c>. Lines end with <c>\n</c>.</summary>
    /// <param name="digits">Number of decimals of the scores, 0 to 15.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="digits"/> is outside 0 to 15.</exception>
    public string ToString(int digits)
    {
        var table = new ReportTable(_names, digits);
        foreach (var scores in Labels)
            table.Row(_names[scores.Label], scores.Precision, scores.Recall, scores.F1, scores.Support);
        table.BlankLine();
        table.Row("micro avg", MicroAverage, Support);
        table.Row("macro avg", MacroAverage, Support);
        table.Row(ReportTable.LongestHeading, WeightedAverage, Support);
        table.Row("samples avg", SamplesAverage, Support);
        return table.ToString();
    }
}
