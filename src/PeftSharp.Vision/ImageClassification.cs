using PeftSharp.Prediction;

namespace PeftSharp.Vision;

/// <summary>The result of an <see cref="ImageClassifier"/> or a <see cref="ZeroShotImageClassifier"/> for an image.</summary>
public sealed record ImageClassification
{
    /// <summary>The label with the highest score.</summary>
    public required string Label { get; init; }

    /// <summary>The score of <see cref="Label"/>: its probability from 0 to 1, or the predicted value for regression.</summary>
    public required float Score { get; init; }

    /// <summary>The scores of all labels, highest first.</summary>
    public required IReadOnlyList<LabelScore> Scores { get; init; }

    /// <summary>
    /// The labels that apply, highest score first. For a multi-label model, these are the labels whose score is at least the threshold
    /// (possibly none); for other models, only <see cref="Label"/>.
    /// </summary>
    public required IReadOnlyList<string> Labels { get; init; }

    /// <summary>Returns the score of a label.</summary>
    /// <param name="label">The label.</param>
    /// <exception cref="KeyNotFoundException">There is no such label.</exception>
    public float this[string label]
    {
        get
        {
            foreach (var entry in Scores)
                if (entry.Label == label) return entry.Score;
            throw new KeyNotFoundException($"There is no label '{label}'. The labels are "
                + $"{string.Join(", ", Scores.Select(entry => entry.Label))}.");
        }
    }

    /// <summary>Creates a result from the scores of all labels.</summary>
    /// <param name="scores">The scores.</param>
    /// <param name="threshold">The minimum score of a label that applies. Null: only the first label applies.</param>
    internal static ImageClassification Of(IEnumerable<LabelScore> scores, double? threshold = null)
    {
        LabelScore[] sorted = [.. scores.OrderByDescending(entry => entry.Score)];
        return new ImageClassification
        {
            Label = sorted[0].Label,
            Score = sorted[0].Score,
            Scores = sorted,
            Labels = threshold is { } minimum
                ? [.. sorted.Where(entry => entry.Score >= minimum).Select(entry => entry.Label)]
                : [sorted[0].Label],
        };
    }
}
