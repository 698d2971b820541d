namespace PeftSharp.Tuners;

/// <summary>The adapters of a call: the same for all rows of the batch, or one for each row.</summary>
/// <remarks>Thread safety: instances are immutable and can be used from several threads at once.</remarks>
public sealed class AdapterChoice
{
    /// <summary>Stands for no adapter, as in peft.</summary>
    internal const string BaseName = "__base__";

    private AdapterChoice(IReadOnlyList<string> active, IReadOnlyList<string>? rows, object? owner) => (Active, Rows, Owner) = (active, rows, owner);

    /// <summary>The adapters whose updates are added to all rows, in this order. Empty for the base model and where rows differ.</summary>
    public IReadOnlyList<string> Active { get; }

    /// <summary>The adapter of each row; null where all rows have the same.</summary>
    public IReadOnlyList<string>? Rows { get; }

    /// <summary>The rows of each adapter, without the rows of the base model. Empty where all rows have the same.</summary>
    internal IReadOnlyList<(string Adapter, long[] Rows)> Groups { get; private init; } = [];

    /// <summary>The scope that keeps other callers out while it has taken merged weights out of the model; null outside of one.</summary>
    internal object? Owner { get; }

    /// <summary>Whether all rows are answered by the base model.</summary>
    internal bool IsBase => Active.Count == 0 && Groups.Count == 0;

    /// <summary>Names of the adapters.</summary>
    internal IEnumerable<string> Names => Rows is null ? Active : Groups.Select(group => group.Adapter);

    /// <summary>The same adapters for all rows.</summary>
    internal static AdapterChoice ForAll(IReadOnlyList<string> active, object? owner = null) => new(active, null, owner);

    /// <summary>One adapter, or the base model, for all rows.</summary>
    internal static AdapterChoice ForAll(string name, object? owner) => new(name == BaseName ? [] : [name], null, owner);

    /// <summary>An adapter for each row.</summary>
    internal static AdapterChoice ForRows(IReadOnlyList<string> names, object? owner) => new([], names, owner)
    {
        Groups = [.. names.Index().Where(row => row.Item != BaseName).GroupBy(row => row.Item, row => (long)row.Index, StringComparer.Ordinal).Select(group => (group.Key, group.ToArray()))],
    };

    /// <summary>The choice for a batch in which each row stands <paramref name="times"/> times, one after the other.</summary>
    internal AdapterChoice Repeat(int times) => Rows is null || times == 1 ? this : ForRows([.. Rows.SelectMany(name => Enumerable.Repeat(name, times))], Owner);
}
