namespace PeftSharp.Metrics;

/// <summary>
/// Metrics of entities in tagged tokens (named-entity recognition), as in seqeval. Labels are the first argument, predictions the second.
/// </summary>
/// <remarks>
/// An entity is correct only if its first token, its last token and its type are correct. Tags are <c>O</c>, <c>B-TYPE</c> and
/// <c>I-TYPE</c> (BIO); <c>E-TYPE</c> and <c>S-TYPE</c> are supported as well. A tag without a type, such as <c>B</c>, has the type
/// <c>_</c>. The rules are the same as in seqeval's default mode and in <c>conlleval</c>: an <c>I-</c> tag after <c>O</c> or after another
/// type begins an entity.
/// </remarks>
public static class EntityMetrics
{
    /// <summary>Returns precision, recall and F1 of all entities and of each type; <c>ToString</c> returns the table of seqeval.</summary>
    /// <param name="labels">The true tags of each text, one per word.</param>
    /// <param name="predictions">The predicted tags of each text, one per word.</param>
    /// <exception cref="ArgumentException">
    /// There are no texts, the numbers of labels and predictions differ, or a tag is invalid. The remarks of <see cref="EntityMetrics"/>
    /// list the valid tags.
    /// </exception>
    public static EntityReport Report(IReadOnlyList<IReadOnlyList<string>> labels, IReadOnlyList<IReadOnlyList<string>> predictions)
    {
        ArgumentNullException.ThrowIfNull(labels);
        ArgumentNullException.ThrowIfNull(predictions);
        MetricInput.SameCount(labels.Count, predictions.Count);
        for (var text = 0; text < labels.Count; text++)
            if (labels[text].Count != predictions[text].Count)
                throw new ArgumentException(
                    $"Text {text} has {labels[text].Count} true tags but {predictions[text].Count} predicted tags. "
                    + "Pass one true and one predicted tag for each word.", nameof(predictions));
        return new EntityReport(labels, predictions);
    }

    /// <summary>Returns the precision over all types: the proportion of the predicted entities that are correct.</summary>
    /// <inheritdoc cref="Report"/>
    public static double PrecisionScore(IReadOnlyList<IReadOnlyList<string>> labels, IReadOnlyList<IReadOnlyList<string>> predictions) =>
        Report(labels, predictions).MicroAverage.Precision;

    /// <summary>Returns the recall over all types: the proportion of the true entities that are predicted.</summary>
    /// <inheritdoc cref="Report"/>
    public static double RecallScore(IReadOnlyList<IReadOnlyList<string>> labels, IReadOnlyList<IReadOnlyList<string>> predictions) =>
        Report(labels, predictions).MicroAverage.Recall;

    /// <summary>Returns the F1 score over all types: the harmonic mean of precision and recall.</summary>
    /// <inheritdoc cref="Report"/>
    public static double F1Score(IReadOnlyList<IReadOnlyList<string>> labels, IReadOnlyList<IReadOnlyList<string>> predictions) =>
        Report(labels, predictions).MicroAverage.F1;
}
