namespace PeftSharp.Data;

/// <summary>Receives the results of the batches of <c>Map</c>, in order, checks that they fit together, and stores them.</summary>
/// <param name="keptColumn">
/// Returns the name of an original column that is kept, given the names of the new columns; null if there is none. If a column is kept, the
/// function of <c>Map</c> must not change the number of rows of a batch.
/// </param>
internal abstract class MapOutput(Func<IReadOnlyCollection<string>, string?> keptColumn)
{
    private readonly Dictionary<string, Feature> _features = new(StringComparer.Ordinal);
    private MapResult? _first;
    private string? _kept;

    /// <exception cref="DatasetException">
    /// The batch has other columns or types than the previous batches, or another number of rows although an original column is kept.
    /// </exception>
    internal void Add(MapResult part)
    {
        if (_first is null)
            (_first, _kept) = (part, keptColumn(part.Columns.Keys));
        else
            part.RequireColumns(_first);
        if (_kept is not null)
            part.RequireRows(_kept);
        foreach (var (name, data) in part.Columns)
        {
            if (_features.TryGetValue(name, out var known))
                part.RequireType(name, known);
            _features[name] = known?.Unify(data.Feature) ?? data.Feature;
        }
        Store(part);
    }

    private protected abstract void Store(MapResult part);
}
