namespace PeftSharp.Prediction;

/// <summary>What a <see cref="TextClassifier"/> predicts for a text.</summary>
public sealed record TextClassification
{
    /// <summary>The label with the highest score.</summary>
    public required string Label { get; init; }

    /// <summary>Score of <see cref="Label"/>: its probability from 0 to 1, or the predicted number for regression.</summary>
    public required float Score { get; init; }

    /// <summary>The score of every label, highest first.</summary>
    public required IReadOnlyList<LabelScore> Scores { get; init; }

    /// <summary>The labels that apply, highest score first: for several labels those whose score is at least the threshold (possibly none), otherwise <see cref="Label"/> alone.</summary>
    public required IReadOnlyList<string> Labels { get; init; }

    /// <summary>Whether the text was longer than the model reads, so that only a part of it was classified.</summary>
    public bool IsTruncated { get; init; }

    /// <summary>The score of a label.</summary>
    /// <param name="label">Name of the class.</param>
    /// <exception cref="KeyNotFoundException">The model has no such label.</exception>
    public float this[string label]
    {
        get
        {
            foreach (var entry in Scores)
                if (entry.Label == label) return entry.Score;
            throw new KeyNotFoundException($"The model has no label '{label}'; it has {string.Join(", ", Scores.Select(entry => entry.Label))}.");
        }
    }
}
