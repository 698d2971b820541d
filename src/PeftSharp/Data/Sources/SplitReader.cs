namespace PeftSharp.Data;

/// <summary>Reads the files of a split and concatenates their rows.</summary>
internal static class SplitReader
{
    /// <exception cref="DatasetException">A file is malformed, the files have different types, or there are no rows.</exception>
    internal static Dataset Read(string split, IReadOnlyList<string> files, DatasetLoadOptions options)
    {
        var all = files.Select(file => (File: file, Data: FileFormat.Read(file, options))).ToArray();
        var parts = all.Where(part => part.Data.Count > 0).ToArray();
        if (parts.Length == 0)
            // A Parquet or Arrow file without rows has column types and is valid; another file without rows is probably a mistake.
            return all.FirstOrDefault(part => FileFormat.Of(part.File, options) is "parquet" or "arrow").Data
                ?? throw new DatasetException($"The split '{split}' has no rows. Files: {string.Join(", ", files)}.");
        try
        {
            return Datasets.ConcatenateDatasets([.. parts.Select(part => part.Data)]);
        }
        catch (DatasetException error)
        {
            throw new DatasetException(
                $"The files of the split '{split}' ({string.Join(", ", parts.Select(part => part.File))}) have different columns or types. "
                + $"{error.Message} Set the types with DatasetLoadOptions.Features.", error);
        }
    }
}
