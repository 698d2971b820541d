namespace PeftSharp.Prediction;

/// <summary>The result of a <see cref="TextClassifier"/> for a text.</summary>
public sealed record TextClassification
{
    /// <summary>The label with the highest score.</summary>
    public required string Label { get; init; }

    /// <summary>
    /// The score of <see cref="Label"/>: its probability from 0 to 1. With <see cref="ScoreFunction.None"/>: its logit, which is the
    /// predicted value for regression.
    /// </summary>
    public required float Score { get; init; }

    /// <summary>The scores of all labels, highest first.</summary>
    public required IReadOnlyList<LabelScore> Scores { get; init; }

    /// <summary>
    /// The labels that apply, highest score first: for a multi-label model, the labels whose score is at least the threshold (possibly
    /// none); otherwise only <see cref="Label"/>.
    /// </summary>
    public required IReadOnlyList<string> Labels { get; init; }

    /// <summary>Whether the text exceeded the maximum length and was truncated.</summary>
    public bool IsTruncated { get; init; }

    /// <summary>
    /// Returns <see cref="Labels"/> with their scores, such as <c>positive 0.998</c>; <c>no label</c> if no label applies.
    /// </summary>
    public override string ToString() => Labels.Count == 0
        ? "no label"
        : string.Join(", ", Labels.Select(label => FormattableString.Invariant($"{label} {this[label]:F3}")));

    /// <summary>Gets the score of a label.</summary>
    /// <param name="label">Name of the class.</param>
    /// <exception cref="KeyNotFoundException">The model has no such label.</exception>
    public float this[string label]
    {
        get
        {
            foreach (var entry in Scores)
                if (entry.Label == label) return entry.Score;
            throw new KeyNotFoundException($"The model has no label '{label}'. "
                + $"Labels of the model: {string.Join(", ", Scores.Select(entry => entry.Label))}.");
        }
    }
}
