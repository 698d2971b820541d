using PeftSharp.Internal;

namespace PeftSharp.Data;

/// <summary>Sorts rows by the values of columns.</summary>
internal static class RowOrder
{
    internal static int[] Sorted(Column[] columns, IReadOnlyList<bool> reverse, bool nullsLast, int count)
    {
        if (columns.FirstOrDefault(column => column.Feature is Sequence or Struct or Value { Dtype: "binary" }) is { } unsortable)
            throw new DatasetException($"Column '{unsortable.Name}' has type {unsortable.Feature}, which cannot be sorted. "
                + "Sort by numbers, booleans, dates and times, or strings.");
        var keys = columns.Select(column => column.ToArray()).ToArray();
        var rows = Enumerable.Range(0, count).ToArray();
        Array.Sort(rows, (x, y) =>
        {
            for (var i = 0; i < keys.Length; i++)
                if (Compare(keys[i][x], keys[i][y], reverse[i], nullsLast) is not 0 and var order)
                    return order;
            return x - y;
        });
        return rows;
    }

    private static int Compare(object? x, object? y, bool reverse, bool nullsLast)
    {
        if (x is null || y is null)
            return ((x is null ? 1 : 0) - (y is null ? 1 : 0)) * (nullsLast ? 1 : -1);
        // NaN is last in both directions, as in Arrow.
        if (x is double or float && (IsNaN(x) || IsNaN(y)))
            return (IsNaN(x) ? 1 : 0) - (IsNaN(y) ? 1 : 0);
        var order = x is string text ? CodePointOrder.Instance.Compare(text, (string)y) : Comparer<object>.Default.Compare(x, y);
        return reverse ? -order : order;
    }

    private static bool IsNaN(object value) => double.IsNaN(Convert.ToDouble(value, null));
}
