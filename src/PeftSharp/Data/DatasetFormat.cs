namespace PeftSharp.Data;

/// <summary>Which columns a data set shows in its rows, and so gives to the model.</summary>
/// <param name="Type">"torch" where the rows are meant for a collator that makes tensors, or null. Both show the same .NET values.</param>
/// <param name="Columns">The columns shown; null shows all.</param>
/// <param name="OutputAllColumns">Whether the other columns are shown too, after these.</param>
public sealed record DatasetFormat(string? Type = null, IReadOnlyList<string>? Columns = null, bool OutputAllColumns = false)
{
    /// <summary>The names that <see cref="Type"/> may have, besides null.</summary>
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

    /// <summary>The same format where columns were renamed or removed.</summary>
    internal DatasetFormat Follow(Func<string, string?> rename) =>
        Columns is null ? this : this with { Columns = [.. Columns.Select(rename).OfType<string>()] };

    internal void Validate(ColumnSet columns)
    {
        if (Type is not null && !KnownTypes.Contains(Type))
            throw new ArgumentException($"There is no format '{Type}'; the formats are {string.Join(", ", KnownTypes)} and null.");
        foreach (var name in Columns ?? [])
            _ = columns[name];
    }
}
