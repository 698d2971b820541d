namespace PeftSharp.Data;

/// <summary>Column data in several chunks: the row groups of a file, the batches of <c>Map</c>, or concatenated datasets.</summary>
internal sealed class ChunkedData : ColumnData
{
    private readonly ColumnData[] _parts;
    private readonly int[] _starts;      // start row of each chunk, then the total count

    private ChunkedData(ColumnData[] parts, int[] starts)
    {
        Feature = parts.Select(part => part.Feature).Aggregate((known, next) => known.Unify(next));
        (_parts, _starts) = (Array.ConvertAll(parts, part => part.Conform(Feature)), starts);
    }

    internal override int Count => _starts[^1];

    /// <summary>The number of rows before each chunk, then the number of all rows.</summary>
    internal ReadOnlySpan<int> Starts => _starts;

    internal override Feature Feature { get; }

    /// <summary>Concatenates data without copying. Nested chunks are flattened, and empty ones are omitted.</summary>
    internal static ColumnData Of(IReadOnlyList<ColumnData> parts)
    {
        var flat = parts.SelectMany(part => part is ChunkedData chunked ? chunked._parts : [part]).Where(part => part.Count > 0).ToArray();
        if (flat.Length < 2)
            return flat.Length == 1 ? flat[0] : parts[0];
        var starts = new int[flat.Length + 1];
        for (var i = 0; i < flat.Length; i++)
            starts[i + 1] = RowLimit.Require((long)starts[i] + flat[i].Count);
        return new ChunkedData(flat, starts);
    }

    internal override IEnumerable<MappedDataFile> Files => _parts.SelectMany(part => part.Files).Distinct();

    internal override bool HasNulls => Array.Exists(_parts, part => part.HasNulls);

    internal override ColumnData Locate(ref int index)
    {
        var found = Array.BinarySearch(_starts, index);
        var part = found >= 0 ? found : ~found - 1;
        index -= _starts[part];
        return _parts[part];
    }

    internal override bool IsNull(int index) => Locate(ref index).IsNull(index);

    internal override object? Get(int index) => Locate(ref index).Get(index);
}
