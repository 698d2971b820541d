using System.Globalization;
using PeftSharp.Internal;

namespace PeftSharp.Metrics;

/// <summary>
/// The counts from which the metrics of several labels per example are computed: true positives, predictions and true labels of each label,
/// and the scores of each example.
/// </summary>
internal sealed class MultiLabelCounts
{
    private const double DefaultThreshold = 0.5;

    private readonly int[] _true, _predicted, _hits;          // counts by label

    internal MultiLabelCounts(MetricValues labels, MetricValues scores, int labelCount, double? threshold, double zeroDivision)
    {
        Check(labels, scores, labelCount, threshold, zeroDivision);
        Examples = labels.Count / labelCount;
        (_true, _predicted, _hits) = (new int[labelCount], new int[labelCount], new int[labelCount]);
        double precision = 0, recall = 0, f1 = 0;
        for (var example = 0; example < Examples; example++)
        {
            int actual = 0, predicted = 0, hits = 0;
            for (var label = 0; label < labelCount; label++)
            {
                var isTrue = labels[example * labelCount + label] == 1;
                var isPredicted = scores[example * labelCount + label] >= (threshold ?? DefaultThreshold);
                Add(ref _true[label], ref actual, isTrue);
                Add(ref _predicted[label], ref predicted, isPredicted);
                Add(ref _hits[label], ref hits, isTrue && isPredicted);
            }
            Wrong += actual + predicted - 2 * hits;
            Exact += actual == hits && predicted == hits ? 1 : 0;
            var score = ConfusionCounts.Score(hits, predicted, actual, zeroDivision);
            (precision, recall, f1) = (precision + score.Precision, recall + score.Recall, f1 + score.F1);
        }
        Samples = new(precision / Examples, recall / Examples, f1 / Examples);
        Scores = [.. Enumerable.Range(0, labelCount).Select(label => Score(label, zeroDivision))];
        Micro = ConfusionCounts.Score(_hits.Sum(), _predicted.Sum(), _true.Sum(), zeroDivision);
    }

    internal int Examples { get; }

    /// <summary>The number of examples whose predicted labels all equal the true labels.</summary>
    internal int Exact { get; }

    /// <summary>The number of wrong labels over all examples.</summary>
    internal int Wrong { get; }

    /// <summary>The scores of each label.</summary>
    internal ClassScores[] Scores { get; }

    internal PrecisionRecallF1 Micro { get; }

    /// <summary>The mean of the scores of the examples.</summary>
    internal PrecisionRecallF1 Samples { get; }

    /// <exception cref="ArgumentException">The average is binary.</exception>
    internal PrecisionRecallF1 Of(Average average) => average switch
    {
        Average.Micro => Micro,
        Average.Macro => ClassAverages.Mean(Scores, isWeighted: false),
        Average.Weighted => ClassAverages.Mean(Scores, isWeighted: true),
        Average.Samples => Samples,
        _ => throw new ArgumentException(
            $"Average.{average} requires two classes, and one class for each example. "
            + "For several labels per example, use Average.Micro, Macro, Weighted or Samples.", nameof(average)),
    };

    private ClassScores Score(int label, double zeroDivision)
    {
        var score = ConfusionCounts.Score(_hits[label], _predicted[label], _true[label], zeroDivision);
        return new(label, score.Precision, score.Recall, score.F1, _true[label]);
    }

    private static void Add(ref int ofLabel, ref int ofExample, bool counts)
    {
        if (!counts)
            return;
        ofLabel++;
        ofExample++;
    }

    private static void Check(MetricValues labels, MetricValues scores, int labelCount, double? threshold, double zeroDivision)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(labelCount, 1);
        MetricInput.ZeroDivision(zeroDivision);
        MetricInput.SameCount(labels.Count, scores.Count, "scores");
        if (labels.Count % labelCount != 0)
            throw new ArgumentException(
                $"{Quantity.Of(labels.Count, "value")} cannot be divided into rows of {labelCount} labels. "
                + $"Pass one row of {labelCount} values per example.", nameof(labelCount));
        MetricInput.Finite(scores, nameof(scores));
        for (var i = 0; i < labels.Count; i++)
        {
            if (labels[i] is not (0 or 1))
                throw new ArgumentException(
                    $"Label {i % labelCount} of example {i / labelCount} is {labels[i].ToString(CultureInfo.InvariantCulture)}; "
                    + "it must be 0 (absent) or 1 (present).", nameof(labels));
            if (threshold is null && scores[i] is (< 0 or > 1))
                throw new ArgumentException(
                    $"scores[{i}] is {scores[i].ToString(CultureInfo.InvariantCulture)}, which is not a probability. "
                    + "Apply Sigmoid() to logits, or pass a threshold for them (threshold: 0).", nameof(scores));
        }
    }
}
