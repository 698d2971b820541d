namespace PeftSharp.Data;

/// <summary>Several parts read as one column: row groups of a file, batches of a map, concatenated data sets.</summary>
internal sealed class ChunkedData : ColumnData
{
    private readonly ColumnData[] _parts;
    private readonly int[] _starts;      // of each part, and the count at the end

    private ChunkedData(ColumnData[] parts, int[] starts)
    {
        Feature = parts.Select(part => part.Feature).Aggregate((known, next) => known.Unify(next));
        (_parts, _starts) = (Array.ConvertAll(parts, part => part.Conform(Feature)), starts);
    }

    internal override int Count => _starts[^1];

    internal override Feature Feature { get; }

    /// <summary>The parts one after the other; parts of parts are taken apart and empty ones left out.</summary>
    internal static ColumnData Of(IReadOnlyList<ColumnData> parts)
    {
        var flat = parts.SelectMany(part => part is ChunkedData chunked ? chunked._parts : [part]).Where(part => part.Count > 0).ToArray();
        if (flat.Length < 2)
            return flat.Length == 1 ? flat[0] : parts[0];
        var starts = new int[flat.Length + 1];
        for (var i = 0; i < flat.Length; i++)
            starts[i + 1] = checked(starts[i] + flat[i].Count);
        return new ChunkedData(flat, starts);
    }

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
