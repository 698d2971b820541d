using PeftSharp.Internal;

namespace PeftSharp.Data;

/// <summary>Determines the columns of a file that are read.</summary>
internal static class ColumnChoice
{
    /// <param name="requested">The names of <see cref="DatasetLoadOptions.Columns"/>; null: all.</param>
    /// <param name="available">The names of the columns of the file.</param>
    /// <param name="file">The file, for messages.</param>
    /// <returns>The names of the columns to read, in the requested order.</returns>
    /// <exception cref="DatasetException">The file has no column with a requested name, or more than one.</exception>
    internal static IReadOnlyList<string> Of(IReadOnlyList<string>? requested, IReadOnlyList<string> available, string file)
    {
        var counts = available.CountBy(name => name, StringComparer.Ordinal).ToDictionary(StringComparer.Ordinal);
        var columns = requested ?? available;
        foreach (var name in columns)
            switch (counts.GetValueOrDefault(name))
            {
                case 0:
                    throw new DatasetException(
                        $"'{file}' has no column '{name}'. Columns: {NameList.Of(available)}.");
                case > 1:
                    throw new DatasetException($"'{file}' has {counts[name]} columns named '{name}'. "
                        + "Rename them in the file, or select other columns with DatasetLoadOptions.Columns.");
            }
        return columns;
    }
}
