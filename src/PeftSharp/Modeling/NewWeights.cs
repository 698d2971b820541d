namespace PeftSharp.Modeling;

/// <summary>The parameters of a model that no checkpoint gave, such as those of a new head: what is known of them until they are trained.</summary>
internal sealed class NewWeights
{
    /// <summary>Their names; empty if every parameter was loaded.</summary>
    internal IReadOnlyList<string> Names { get; private set; } = [];

    /// <summary>Whether they were drawn from a random stream that was seeded, so that another process draws the same numbers.</summary>
    internal bool AreSeeded { get; private set; } = true;

    /// <summary>Whether an optimizer step was made since they were drawn, or an adapter that was trained with them was loaded.</summary>
    internal bool AreTrained { get; set; }

    internal void Drawn(IReadOnlyList<string> names) => (Names, AreSeeded, AreTrained) = (names, names.Count == 0 || RandomSeed.IsSet, false);

    /// <summary>The first names, for a message.</summary>
    internal string Summary => string.Join(", ", Names.Take(3)) + (Names.Count > 3 ? $" and {Names.Count - 3} more" : "");
}
