namespace PeftSharp.Data;

/// <summary>Keeps the results of <c>Map</c> in memory.</summary>
internal sealed class MapMemory(Func<IReadOnlyCollection<string>, string?> keptColumn) : MapOutput(keptColumn)
{
    private readonly List<MapResult> _parts = [];

    /// <summary>Concatenates the columns of all batches.</summary>
    internal OrderedDictionary<string, Column> Columns() => _parts.Count == 0 ? [] : new(
        _parts[0].Columns.Keys.Select(name => KeyValuePair.Create(
            name, new Column(name, ChunkedData.Of([.. _parts.Select(part => part.Columns[name])])))), StringComparer.Ordinal);

    private protected override void Store(MapResult part) => _parts.Add(part);
}
