namespace PeftSharp.Data;

/// <summary>Compares the columns of splits. All splits must have the same columns and types, in any order.</summary>
internal static class ColumnTypes
{
    internal static bool AreSame(IReadOnlyDictionary<string, Feature> columns, IReadOnlyDictionary<string, Feature> others) =>
        columns.Count == others.Count
        && columns.All(column => others.TryGetValue(column.Key, out var type) && type == column.Value);

    /// <summary>The names and types, for messages.</summary>
    internal static string Describe(IReadOnlyDictionary<string, Feature> columns) =>
        string.Join(", ", columns.Select(column => $"{column.Key}: {column.Value}"));
}
