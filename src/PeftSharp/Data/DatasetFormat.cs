namespace PeftSharp.Data;

/// <summary>The format of a dataset: the columns that its rows contain.</summary>
/// <param name="Type">"torch" or null. The value has no effect: rows contain .NET values in both cases.</param>
/// <param name="Columns">The columns that rows contain. Default null: all columns.</param>
/// <param name="OutputAllColumns">Whether rows also contain the other columns, after <paramref name="Columns"/>. Default false.</param>
public sealed record DatasetFormat(string? Type = null, IReadOnlyList<string>? Columns = null, bool OutputAllColumns = false)
{
    /// <summary>The supported values of <see cref="Type"/>, in addition to null.</summary>
    public static IReadOnlyList<string> KnownTypes { get; } = ["torch"];

    internal ColumnSet Apply(ColumnSet columns)
    {
        if (Columns is null)
            return columns;
        var rest = columns.Names.Except(Columns).ToArray();
        return OutputAllColumns
            ? new(Columns.Concat(rest).Select(name => columns[name]), columns.RowCount)
            : new(Columns.Select(name => columns[name]), columns.RowCount, rest);
    }

    /// <summary>Returns the format after columns were renamed or removed.</summary>
    /// <param name="rename">Returns the new name of a column; null if it was removed.</param>
    internal DatasetFormat MapColumns(Func<string, string?> rename) =>
        Columns is null ? this : this with { Columns = [.. Columns.Select(rename).OfType<string>()] };

    internal void Validate(ColumnSet columns)
    {
        if (Type is not null && !KnownTypes.Contains(Type))
            throw new ArgumentException(
                $"The format type '{Type}' is not supported. Supported types: {string.Join(", ", KnownTypes)} and null.");
        foreach (var name in Columns ?? [])
            _ = columns[name];
    }
}
