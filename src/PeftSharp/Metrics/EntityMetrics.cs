namespace PeftSharp.Metrics;

/// <summary>Metrics of entities that are tagged token by token (named-entity recognition), as in seqeval; labels come first, predictions second.</summary>
/// <remarks>
/// An entity counts as found only if its first token, its last token and its type are right. Tags are <c>O</c>, <c>B-TYPE</c> and <c>I-TYPE</c> (BIO; <c>E-</c> and <c>S-</c> are read too), by the rules of seqeval's default
/// mode, which are those of <c>conlleval</c>: an <c>I-</c> after <c>O</c> or after another type begins an entity.
/// </remarks>
public static class EntityMetrics
{
    /// <summary>Precision, recall and F1 of all entities and of each type; <c>ToString</c> gives seqeval's table.</summary>
    /// <param name="labels">The true tags of each text, a tag for each word.</param>
    /// <param name="predictions">The predicted tags, as many for each text.</param>
    /// <exception cref="ArgumentException">There is no text, the counts differ, or a tag is not of the form <c>O</c>, <c>B-TYPE</c>, <c>I-TYPE</c>.</exception>
    public static EntityReport Report(IReadOnlyList<IReadOnlyList<string>> labels, IReadOnlyList<IReadOnlyList<string>> predictions)
    {
        ArgumentNullException.ThrowIfNull(labels);
        ArgumentNullException.ThrowIfNull(predictions);
        MetricInput.SameCount(labels.Count, predictions.Count);
        for (var text = 0; text < labels.Count; text++)
            if (labels[text].Count != predictions[text].Count)
                throw new ArgumentException($"Text {text} has {labels[text].Count} true tags but {predictions[text].Count} predicted ones; give one of each for each word.", nameof(predictions));
        return new EntityReport(labels, predictions);
    }

    /// <summary>The share of the predicted entities that are right, over all types.</summary>
    /// <inheritdoc cref="Report"/>
    public static double PrecisionScore(IReadOnlyList<IReadOnlyList<string>> labels, IReadOnlyList<IReadOnlyList<string>> predictions) => Report(labels, predictions).MicroAverage.Precision;

    /// <summary>The share of the true entities that were found, over all types.</summary>
    /// <inheritdoc cref="Report"/>
    public static double RecallScore(IReadOnlyList<IReadOnlyList<string>> labels, IReadOnlyList<IReadOnlyList<string>> predictions) => Report(labels, predictions).MicroAverage.Recall;

    /// <summary>The harmonic mean of precision and recall, over all types.</summary>
    /// <inheritdoc cref="Report"/>
    public static double F1Score(IReadOnlyList<IReadOnlyList<string>> labels, IReadOnlyList<IReadOnlyList<string>> predictions) => Report(labels, predictions).MicroAverage.F1;
}
