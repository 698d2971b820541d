using PeftSharp.Internal;

namespace PeftSharp.Modeling;

/// <summary>The state of a model's parameters that were not loaded from a checkpoint, such as those of a new head.</summary>
internal sealed class NewWeights
{
    private readonly HashSet<string> _trained = new(StringComparer.Ordinal);

    /// <summary>The names of the parameters; empty if every parameter was loaded.</summary>
    internal IReadOnlyList<string> Names { get; private set; } = [];

    /// <summary>Whether the parameters were drawn from a seeded random stream, so that another process draws the same values.</summary>
    internal bool AreSeeded { get; private set; } = true;

    /// <summary>
    /// The names of the parameters that have not been trained: no optimizer step changed them, and no adapter's file contained them.
    /// </summary>
    internal IReadOnlyList<string> Untrained { get; private set; } = [];

    /// <summary>Records that parameters were initialized with random values.</summary>
    internal void Drawn(IReadOnlyList<string> names)
    {
        _trained.Clear();
        (Names, Untrained, AreSeeded) = (names, names, names.Count == 0 || RandomSeed.IsSet);
    }

    /// <summary>Records that parameters were trained, or loaded from a file; other names are ignored.</summary>
    internal void MarkTrained(IEnumerable<string> names)
    {
        _trained.UnionWith(names);
        Untrained = [.. Names.Where(name => !_trained.Contains(name))];
    }

    /// <summary>Records that parameters have their initial values again.</summary>
    internal void MarkUntrained(IEnumerable<string> names)
    {
        _trained.ExceptWith(names);
        Untrained = [.. Names.Where(name => !_trained.Contains(name))];
    }

    /// <summary>Returns the warning for predictions with parameters that have not been trained.</summary>
    /// <param name="model">The model.</param>
    /// <param name="names">The names of the parameters.</param>
    internal static string Warning(PretrainedModel model, IReadOnlyList<string> names) => model.FrozenNewWeights
        ?? $"{model.GetName()} has {Quantity.Of(names.Count, "newly initialized parameter")} ({SummaryOf(names)}): not in the checkpoint, "
        + "and not trained by a Trainer, so the predictions are random. Train the model first, or load a complete checkpoint.";

    /// <summary>The first names, for messages.</summary>
    internal static string SummaryOf(IReadOnlyList<string> names) =>
        string.Join(", ", names.Take(3)) + (names.Count > 3 ? $" and {names.Count - 3} more" : "");
}
