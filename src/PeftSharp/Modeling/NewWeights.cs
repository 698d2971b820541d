namespace PeftSharp.Modeling;

/// <summary>The state of a model's parameters that were not loaded from a checkpoint, such as those of a new head.</summary>
internal sealed class NewWeights
{
    /// <summary>The names of the parameters; empty if every parameter was loaded.</summary>
    internal IReadOnlyList<string> Names { get; private set; } = [];

    /// <summary>Whether they were drawn from a seeded random stream, so that another process draws the same values.</summary>
    internal bool AreSeeded { get; private set; } = true;

    /// <summary>Whether they have been trained: an optimizer step was made, or an adapter that was trained with them was loaded.</summary>
    internal bool AreTrained { get; set; }

    internal void Drawn(IReadOnlyList<string> names) =>
        (Names, AreSeeded, AreTrained) = (names, names.Count == 0 || RandomSeed.IsSet, false);

    /// <summary>The first names, for messages.</summary>
    internal string Summary => SummaryOf(Names);

    /// <summary>The warning of predictions with parameters that have not been trained.</summary>
    /// <param name="model">The name of the model.</param>
    /// <param name="names">The names of the parameters.</param>
    internal static string Warning(string model, IReadOnlyList<string> names) =>
        $"{names.Count} parameters of {model} ({SummaryOf(names)}) are newly initialized: they are not in the checkpoint, and no Trainer "
        + "has trained them, so the predictions are random. Train the model first, or load a checkpoint that contains them.";

    private static string SummaryOf(IReadOnlyList<string> names) =>
        string.Join(", ", names.Take(3)) + (names.Count > 3 ? $" and {names.Count - 3} more" : "");
}
