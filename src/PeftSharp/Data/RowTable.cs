using System.Globalization;
using System.Text;
using PeftSharp.Internal;

namespace PeftSharp.Data;

/// <summary>Formats rows as a text table.</summary>
internal static class RowTable
{
    private const int MaxWidth = 40;

    /// <param name="columns">The columns.</param>
    /// <param name="rows">The number of rows, starting with the first row.</param>
    internal static string Of(ColumnSet columns, int rows)
    {
        var cells = columns.All.Select(column => Cells(column, rows)).ToArray();
        var isRightAligned =
            columns.All.Select(column => column.Feature is Value { Dtype: not ("string" or "binary" or "null") }).ToArray();
        var table = new StringBuilder();
        for (var line = 0; line < rows + 2 && cells.Length > 0; line++)
        {
            for (var i = 0; i < cells.Length; i++)
            {
                var width = cells[i].Max(cell => cell.Length);
                table.Append(i == 0 ? "" : "  ").Append(isRightAligned[i] ? cells[i][line].PadLeft(width)
                    : i == cells.Length - 1 ? cells[i][line]
                    : cells[i][line].PadRight(width));
            }
            table.Append('\n');
            if (line == 1)
                table.AppendJoin("  ", cells.Select(column => new string('-', column.Max(cell => cell.Length)))).Append('\n');
        }
        var (all, names) = (Quantity.Of(columns.RowCount, "row"), Quantity.Of(columns.Count, "column"));
        return table.Append(CultureInfo.InvariantCulture, $"{rows} of {all}, {names}").ToString();
    }

    /// <summary>Returns the cells of a column: its name, its type and its values.</summary>
    private static string[] Cells(Column column, int rows) =>
        [Truncate(column.Name), Truncate(TypeName(column.Feature)),
            .. Enumerable.Range(0, rows).Select(row => Truncate(Text(column, row)))];

    private static string TypeName(Feature feature) => feature switch
    {
        Value value => value.Dtype,
        ClassLabel => "class",
        Sequence sequence => TypeName(sequence.Element) + "[]",
        _ => "struct",
    };

    private static string Text(Column column, int row) => column[row] switch
    {
        long label when column.Feature is ClassLabel classes && label >= 0 && label < classes.NumClasses =>
            $"{ValueText.Of(label)} ({classes.Int2Str(label)})",
        string text => text,
        DateTime time =>
            time.ToString(time.TimeOfDay == TimeSpan.Zero ? "yyyy-MM-dd" : "yyyy-MM-dd HH:mm:ss.FFFFFFFK", CultureInfo.InvariantCulture),
        var value => ValueText.Show(value),
    };

    /// <summary>
    /// Truncates a text to <see cref="MaxWidth"/> UTF-16 code units and replaces control characters, such as line breaks, by spaces.
    /// </summary>
    private static string Truncate(string text)
    {
        var isTruncated = text.Length > MaxWidth;
        if (isTruncated)
            text = text[..(char.IsHighSurrogate(text[MaxWidth - 2]) ? MaxWidth - 2 : MaxWidth - 1)];
        text = string.Concat(text.Select(c => char.IsControl(c) ? ' ' : c));
        return isTruncated ? text + "…" : text;
    }
}
