using PeftSharp.Data;
using static TorchSharp.torch;

namespace PeftSharp.Training;

/// <summary>
/// Collates columns of nested lists of any depth, such as the token ids of multiple choice [rows, choices, tokens] or pixels [rows,
/// channels, height, width].
/// </summary>
internal static class NestedLists
{
    /// <param name="rows">The rows of the batch.</param>
    /// <param name="column">The column.</param>
    /// <param name="padding">The padding of the innermost lists of integers. Null: they must have equal lengths.</param>
    /// <param name="paddingValue">The padding value.</param>
    /// <param name="paddingRemedy">How to turn on padding, for the message about lists of different lengths.</param>
    /// <returns>An int64 tensor, or float32 if the column contains floating-point values.</returns>
    /// <exception cref="DatasetException">Lists that cannot be padded have different lengths.</exception>
    internal static Tensor Collate(IReadOnlyList<Row> rows, string column, RowPadding? padding, long paddingValue, string paddingRemedy)
    {
        var items = rows.Select(row => row.GetItems(column)).ToArray();
        var shape = Shape(items[0]);
        var isFloat = IsFloat(items[0].Feature);
        if (Array.Find(items, item => !HasShape(item, shape, ignoreWidth: true)) is { } other)
            throw new DatasetException($"The rows of column '{column}' have different shapes in one batch. Without the last axis, "
                + $"a row has shape [{string.Join(", ", shape[..^1])}] and another has shape [{string.Join(", ", Shape(other)[..^1])}]; "
                + "if these are equal, the lists within a row have different lengths. Give all rows the same shape, such as the same "
                + "number of choices.");
        var longest = items.Max(Longest);
        shape[^1] = longest;
        if ((isFloat || padding is null) && !Array.TrueForAll(items, item => HasShape(item, shape, ignoreWidth: false)))
            throw new DatasetException($"The lists of column '{column}' have different lengths. " + (isFloat
                ? "Give all rows the same shape, for example resize images to one size."
                : paddingRemedy));
        shape[^1] = isFloat ? longest : padding?.Width((int)longest) ?? longest;
        return isFloat
            ? Fill<float>(items, shape, 0f, padding: null, ScalarType.Float32)
            : Fill(items, shape, paddingValue, padding, ScalarType.Int64);
    }

    private static Tensor Fill<T>(Column[] items, long[] shape, T paddingValue, RowPadding? padding, ScalarType type) where T : unmanaged
    {
        var width = (int)shape[^1];
        var values = new T[items.Length * shape.Aggregate(1L, (product, size) => product * size)];
        if (padding is not null) Array.Fill(values, paddingValue);
        var offset = 0;
        foreach (var item in items) Write(item);
        using var flat = from_array(values, type);
        return flat.reshape([items.Length, .. shape]);

        void Write(Column lists)
        {
            for (var row = 0; row < lists.Count; row++)
            {
                if (Depth(lists) > 2)
                {
                    Write(lists.GetItems(row));
                    continue;
                }
                var start = offset + (padding is { Left: true } ? width - lists.GetLength(row) : 0);
                var target = values.AsSpan(start, lists.GetLength(row));
                if (target is { Length: > 0 }) Copy(lists, row, target);
                offset += width;
            }
        }
    }

    private static void Copy<T>(Column lists, int row, Span<T> target) where T : unmanaged
    {
        if (typeof(T) == typeof(float)) lists.CopyTo(row, System.Runtime.InteropServices.MemoryMarshal.Cast<T, float>(target));
        else lists.CopyTo(row, System.Runtime.InteropServices.MemoryMarshal.Cast<T, long>(target));
    }

    /// <summary>Returns the lengths of the first list at each depth, outermost first.</summary>
    private static long[] Shape(Column lists) => Depth(lists) > 2 && lists.Count > 0
        ? [lists.Count, .. Shape(lists.GetItems(0))]
        : [lists.Count, lists.Count > 0 ? lists.GetLength(0) : 0];

    /// <summary>Returns the number of list levels, including the rows.</summary>
    private static int Depth(Column lists)
    {
        var depth = 1;
        for (var feature = lists.Feature; feature is Sequence sequence; feature = sequence.Element) depth++;
        return depth;
    }

    private static long Longest(Column lists) => Enumerable.Range(0, lists.Count)
        .Select(row => Depth(lists) > 2 ? Longest(lists.GetItems(row)) : lists.GetLength(row)).DefaultIfEmpty(0).Max();

    /// <summary>Returns whether all lists have this shape.</summary>
    private static bool HasShape(Column lists, ReadOnlySpan<long> shape, bool ignoreWidth)
    {
        if (lists.Count != shape[0]) return false;
        for (var row = 0; row < lists.Count; row++)
            if (Depth(lists) > 2
                ? !HasShape(lists.GetItems(row), shape[1..], ignoreWidth)
                : !ignoreWidth && lists.GetLength(row) != shape[1])
                return false;
        return true;
    }

    private static bool IsFloat(Feature feature)
    {
        while (feature is Sequence sequence) feature = sequence.Element;
        return feature is Value { Dtype: var type }
            && (type.StartsWith("float", StringComparison.Ordinal) || type.StartsWith("double", StringComparison.Ordinal)
                || type.StartsWith("decimal", StringComparison.Ordinal));
    }
}
