namespace PeftSharp.Tuners;

/// <summary>The adapters of a call: the same for all rows of the batch, or one per row.</summary>
/// <remarks>Thread safety: instances are immutable and can be used from several threads at once.</remarks>
public sealed class AdapterChoice
{
    /// <summary>
    /// The name that selects the base model without an adapter, <c>__base__</c>, as in peft. Use it in place of an adapter name.
    /// </summary>
    public const string BaseModel = "__base__";

    private AdapterChoice(IReadOnlyList<string> active, IReadOnlyList<string>? rows, object? owner) =>
        (Active, Rows, Owner) = (active, rows, owner);

    /// <summary>
    /// The adapters that are applied to all rows, in this order. Empty if the base model is selected, or if each row has an adapter of its
    /// own (<see cref="Rows"/>).
    /// </summary>
    public IReadOnlyList<string> Active { get; }

    /// <summary>For each row, the name of its adapter or <see cref="BaseModel"/>; null if the adapters were not selected per row.</summary>
    public IReadOnlyList<string>? Rows { get; }

    /// <summary>The row indices of each adapter, without the rows of the base model. Empty if <see cref="Rows"/> is null.</summary>
    internal IReadOnlyList<(string Adapter, long[] Rows)> Groups { get; private init; } = [];

    /// <summary>
    /// The scope that has unmerged the adapters of the model, and has exclusive use of the model until the scope is disposed; null if there
    /// is none.
    /// </summary>
    internal object? Owner { get; }

    /// <summary>Whether all rows use the base model.</summary>
    internal bool IsBase => Active.Count == 0 && Groups.Count == 0;

    /// <summary>The names of all adapters.</summary>
    internal IEnumerable<string> Names => Rows is null ? Active : Groups.Select(group => group.Adapter);

    /// <summary>Creates a choice of the same adapters for all rows.</summary>
    internal static AdapterChoice ForAll(IReadOnlyList<string> active, object? owner = null) => new(active, null, owner);

    /// <summary>Creates a choice of one adapter, or of the base model, for all rows.</summary>
    internal static AdapterChoice ForAll(string name, object? owner) => new(name == BaseModel ? [] : [name], null, owner);

    /// <summary>Creates a choice of one adapter per row.</summary>
    internal static AdapterChoice ForRows(IReadOnlyList<string> names, object? owner) => new([], names, owner)
    {
        Groups =
        [
            .. names.Index().Where(row => row.Item != BaseModel)
                .GroupBy(row => row.Item, row => (long)row.Index, StringComparer.Ordinal)
                .Select(group => (group.Key, group.ToArray())),
        ],
    };

    /// <summary>The choice for a batch in which each row is repeated <paramref name="times"/> times consecutively.</summary>
    internal AdapterChoice Repeat(int times) =>
        Rows is null || times == 1 ? this : ForRows([.. Rows.SelectMany(name => Enumerable.Repeat(name, times))], Owner);
}
