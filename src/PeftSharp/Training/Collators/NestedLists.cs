using PeftSharp.Data;
using static TorchSharp.torch;

namespace PeftSharp.Training;

/// <summary>Columns of lists of lists, of any depth: token ids of the choices of a question [rows, choices, tokens], pixels [rows, channels, height, width].</summary>
internal static class NestedLists
{
    /// <param name="rows">The rows of the batch.</param>
    /// <param name="column">The column.</param>
    /// <param name="padding">Fills the innermost lists of integers; null: they have one length.</param>
    /// <param name="filler">What they are filled with.</param>
    /// <returns>int64, or float32 where the column holds floating-point values.</returns>
    /// <exception cref="DatasetException">Lists differ in length where nothing can fill them.</exception>
    internal static Tensor Collate(IReadOnlyList<Row> rows, string column, RowPadding? padding, long filler)
    {
        var items = rows.Select(row => row.Items(column)).ToArray();
        var shape = Shape(items[0]);
        var isFloat = IsFloat(items[0].Feature);
        if (Array.Find(items, item => !HasShape(item, shape, isWidthFree: true)) is { } other)
            throw new DatasetException($"Column '{column}' has lists of [{string.Join(", ", shape[..^1])}] and of [{string.Join(", ", Shape(other)[..^1])}] lists in one batch, or lists that differ inside; give each row as many, such as choices or rows of pixels.");
        var longest = items.Max(Longest);
        shape[^1] = longest;
        if ((isFloat || padding is null) && !Array.TrueForAll(items, item => HasShape(item, shape, isWidthFree: false)))
            throw new DatasetException($"Column '{column}' has lists of uneven length. " + (isFloat ? "Give every row the same shape, for example images of one size." : "Use a PaddingCollator, or fill them up when they are tokenized."));
        shape[^1] = isFloat ? longest : padding?.Width((int)longest) ?? longest;
        return isFloat ? Fill<float>(items, shape, 0f, padding: null, ScalarType.Float32) : Fill(items, shape, filler, padding, ScalarType.Int64);
    }

    private static Tensor Fill<T>(Column[] items, long[] shape, T filler, RowPadding? padding, ScalarType type) where T : unmanaged
    {
        var width = (int)shape[^1];
        var values = new T[items.Length * shape.Aggregate(1L, (product, size) => product * size)];
        if (padding is not null) Array.Fill(values, filler);
        var at = 0;
        foreach (var item in items) Write(item);
        using var flat = from_array(values, type);
        return flat.reshape([items.Length, .. shape]);

        void Write(Column lists)
        {
            for (var row = 0; row < lists.Count; row++)
            {
                if (Depth(lists) > 2)
                {
                    Write(lists.Items(row));
                    continue;
                }
                var start = at + (padding is { Left: true } ? width - lists.Length(row) : 0);
                var target = values.AsSpan(start, lists.Length(row));
                if (target is { Length: > 0 }) Copy(lists, row, target);
                at += width;
            }
        }
    }

    private static void Copy<T>(Column lists, int row, Span<T> target) where T : unmanaged
    {
        if (typeof(T) == typeof(float)) lists.CopyTo(row, System.Runtime.InteropServices.MemoryMarshal.Cast<T, float>(target));
        else lists.CopyTo(row, System.Runtime.InteropServices.MemoryMarshal.Cast<T, long>(target));
    }

    /// <summary>Lengths of the lists from the outside in, of the first at each depth.</summary>
    private static long[] Shape(Column lists) => Depth(lists) > 2 && lists.Count > 0 ? [lists.Count, .. Shape(lists.Items(0))] : [lists.Count, lists.Count > 0 ? lists.Length(0) : 0];

    /// <summary>Number of list levels below and including these rows.</summary>
    private static int Depth(Column lists)
    {
        var depth = 1;
        for (var feature = lists.Feature; feature is Sequence sequence; feature = sequence.Element) depth++;
        return depth;
    }

    private static long Longest(Column lists) => Enumerable.Range(0, lists.Count).Select(row => Depth(lists) > 2 ? Longest(lists.Items(row)) : lists.Length(row)).DefaultIfEmpty(0).Max();

    /// <summary>Whether the lists have this shape at every depth.</summary>
    private static bool HasShape(Column lists, ReadOnlySpan<long> shape, bool isWidthFree)
    {
        if (lists.Count != shape[0]) return false;
        for (var row = 0; row < lists.Count; row++)
            if (Depth(lists) > 2 ? !HasShape(lists.Items(row), shape[1..], isWidthFree) : !isWidthFree && lists.Length(row) != shape[1]) return false;
        return true;
    }

    private static bool IsFloat(Feature feature)
    {
        while (feature is Sequence sequence) feature = sequence.Element;
        return feature is Value { Dtype: var type } && (type.StartsWith("float", StringComparison.Ordinal) || type.StartsWith("double", StringComparison.Ordinal) || type.StartsWith("decimal", StringComparison.Ordinal));
    }
}
