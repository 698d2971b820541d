namespace PeftSharp.Metrics;

/// <summary>
/// The scores of each type of entity and their averages, with the table that <c>classification_report</c> of seqeval prints.
/// </summary>
/// <remarks>Thread safety: instances are immutable and can be used from several threads at once.</remarks>
public sealed class EntityReport
{
    internal EntityReport(IReadOnlyList<IReadOnlyList<string>> labels, IReadOnlyList<IReadOnlyList<string>> predictions)
    {
        var counts = new SortedDictionary<string, (int True, int Predicted, int Hits)>(StringComparer.Ordinal);
        int tokens = 0, right = 0;
        for (var text = 0; text < labels.Count; text++)
        {
            var (actual, predicted) = (EntitySpan.Of(labels[text]), EntitySpan.Of(predictions[text]));
            foreach (var span in actual)
                Add(span.Type, actual: 1, predicted: 0, hits: 0);
            foreach (var span in predicted)
                Add(span.Type, actual: 0, predicted: 1, hits: actual.Contains(span) ? 1 : 0);
            tokens += labels[text].Count;
            right += labels[text].Zip(predictions[text]).Count(pair => pair.First == pair.Second);
        }
        var scores = counts.Values.Select((count, i) => Score(i, count.Hits, count.Predicted, count.True)).ToArray();
        Types = [.. counts.Keys.Zip(scores, (type, score) =>
            new EntityScores(type, score.Precision, score.Recall, score.F1, score.Support))];
        MicroAverage = ConfusionCounts.Score(
            counts.Values.Sum(count => count.Hits), counts.Values.Sum(count => count.Predicted), counts.Values.Sum(count => count.True),
            zeroDivision: 0);
        (MacroAverage, WeightedAverage) = (ClassAverages.Mean(scores, isWeighted: false), ClassAverages.Mean(scores, isWeighted: true));
        Accuracy = tokens == 0 ? 0 : (double)right / tokens;
        Support = counts.Values.Sum(count => count.True);

        void Add(string type, int actual, int predicted, int hits)
        {
            var count = counts.GetValueOrDefault(type);
            counts[type] = (count.True + actual, count.Predicted + predicted, count.Hits + hits);
        }
    }

    /// <summary>The scores of each type that occurs in the labels or the predictions, sorted by the name of the type.</summary>
    public IReadOnlyList<EntityScores> Types { get; }

    /// <summary>The scores of all entities, regardless of type.</summary>
    public PrecisionRecallF1 MicroAverage { get; }

    /// <summary>The mean of the scores of the types.</summary>
    public PrecisionRecallF1 MacroAverage { get; }

    /// <summary>The mean of the scores of the types, weighted by their support.</summary>
    public PrecisionRecallF1 WeightedAverage { get; }

    /// <summary>
    /// The proportion of correct tags, 0 to 1. It is high if most words are outside of entities, even if no entity is predicted correctly.
    /// </summary>
    public double Accuracy { get; }

    /// <summary>The number of true entities.</summary>
    public int Support { get; }

    /// <summary>
    /// Returns the scores by name, for use as the metrics of an evaluation: <c>precision</c>, <c>recall</c> and <c>f1</c> of all entities,
    /// <c>accuracy</c> of the tags, and <c>f1_TYPE</c> of each type.
    /// </summary>
    public IReadOnlyDictionary<string, double> ToMetrics()
    {
        var metrics = new OrderedDictionary<string, double>(StringComparer.Ordinal)
        {
            ["precision"] = MicroAverage.Precision, ["recall"] = MicroAverage.Recall, ["f1"] = MicroAverage.F1, ["accuracy"] = Accuracy,
        };
        foreach (var scores in Types)
            metrics[$"f1_{scores.Type}"] = scores.F1;
        return metrics;
    }

    /// <summary>Returns the table of seqeval's <c>classification_report</c>, with two decimals.</summary>
    public override string ToString() => ToString(digits: 2);

    /// <summary>Returns the table of seqeval's <c>classification_report</c>. Lines end with <c>\n</c>.</summary>
    /// <param name="digits">Number of decimals of the scores, 0 to 15.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="digits"/> is outside 0 to 15.</exception>
    public string ToString(int digits)
    {
        var table = new ReportTable(Types.Select(scores => scores.Type), digits);
        foreach (var scores in Types)
            table.Row(scores.Type, scores.Precision, scores.Recall, scores.F1, scores.Support);
        table.BlankLine();
        table.Row("micro avg", MicroAverage, Support);
        table.Row("macro avg", MacroAverage, Support);
        table.Row(ReportTable.LongestHeading, WeightedAverage, Support);
        return table.ToString();
    }

    private static ClassScores Score(int type, int hits, int predicted, int actual)
    {
        var score = ConfusionCounts.Score(hits, predicted, actual, zeroDivision: 0);
        return new(type, score.Precision, score.Recall, score.F1, actual);
    }
}
