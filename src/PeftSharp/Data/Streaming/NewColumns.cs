namespace PeftSharp.Data;

/// <summary>Combines the columns of a stream with the columns that a function has computed.</summary>
internal static class NewColumns
{
    /// <summary>Returns the columns together with the created columns. Replaced columns keep their position.</summary>
    /// <exception cref="DatasetException">There is no such column to remove.</exception>
    internal static ColumnSet Replace(
        ColumnSet columns, IReadOnlyDictionary<string, Column> created, IReadOnlyList<string> removed)
    {
        foreach (var name in removed)
            _ = columns[name];
        var kept = columns.All.Where(column => created.ContainsKey(column.Name) || !removed.Contains(column.Name))
            .Select(column => created.GetValueOrDefault(column.Name, column));
        Column[] all = [.. kept, .. created.Values.Where(column => !columns.Contains(column.Name))];
        return new ColumnSet(all, all.Length > 0 ? all[0].Count : columns.RowCount);
    }
}
