namespace PeftSharp.Training.Loop;

/// <summary>
/// Concatenates arrays of batches along the first axis. Arrays with smaller other axes are padded, as in transformers'
/// <c>nested_concat</c>.
/// </summary>
/// <param name="paddingValue">The padding value, such as -100.</param>
internal sealed class ArrayCollector<T>(T paddingValue) where T : struct
{
    private readonly List<(T[] Values, int[] Shape)> _batches = [];

    internal void Add(T[] values, long[] shape) =>
        _batches.Add((values, shape.Length == 0 ? [1] : Array.ConvertAll(shape, length => (int)length)));

    internal NDArray<T>? ToArray()
    {
        if (_batches.Count == 0) return null;
        var shape = (int[])_batches[0].Shape.Clone();
        shape[0] = _batches.Sum(batch => batch.Shape[0]);
        for (var axis = 1; axis < shape.Length; axis++) shape[axis] = _batches.Max(batch => batch.Shape[axis]);
        var all = new T[shape.Aggregate(1L, (product, length) => product * length)];
        var (rowLength, row) = (shape.Skip(1).Aggregate(1, (product, length) => product * length), 0);
        foreach (var (values, batchShape) in _batches)
        {
            if (batchShape.AsSpan(1).SequenceEqual(shape.AsSpan(1))) values.CopyTo(all, row * rowLength);
            else
            {
                Array.Fill(all, paddingValue, row * rowLength, batchShape[0] * rowLength);
                CopyRows(values, batchShape, all.AsSpan(row * rowLength), shape);
            }
            row += batchShape[0];
        }
        return new NDArray<T>(all, shape);
    }

    /// <summary>
    /// Copies an array of shape <paramref name="from"/> into a larger array of shape <paramref name="to"/>, one row of the last axis at a
    /// time.
    /// </summary>
    private static void CopyRows(T[] values, int[] from, Span<T> all, int[] to)
    {
        var length = from[^1];
        for (var start = 0; start < values.Length; start += length)
        {
            var (rest, target, stride) = (start / length, 0, to[^1]);
            for (var axis = from.Length - 2; axis >= 0; axis--)
            {
                target += rest % from[axis] * stride;
                rest /= from[axis];
                stride *= to[axis];
            }
            values.AsSpan(start, length).CopyTo(all[target..]);
        }
    }
}
