using System.Buffers;
using System.Text.Json;

namespace PeftSharp.Data;

/// <summary>Loads folders of saved datasets, and checks whether a folder can be loaded or replaced.</summary>
internal static class DiskFolder
{
    /// <summary>The characters that a name of a folder cannot contain on some operating system.</summary>
    private static readonly SearchValues<char> Forbidden = SearchValues.Create("/\\:<>\"|?*\0");

    /// <exception cref="FileNotFoundException">There is no such folder.</exception>
    /// <exception cref="DatasetException">The folder does not contain a saved dataset.</exception>
    internal static void RequireDataset(string folder)
    {
        RequireFolder(folder);
        if (DiskLayout.IsDataset(folder))
            return;
        if (File.Exists(Path.Combine(folder, DiskLayout.Splits)))
            throw new DatasetException($"'{folder}' contains the splits of a DatasetDict. Load them with DatasetDict.LoadFromDisk.");
        throw new DatasetException(
            $"'{folder}' does not contain a saved dataset: {MissingFile(folder)} is missing. Pass a folder that was written by "
            + "SaveToDisk or save_to_disk. Other data files are loaded with Datasets.LoadDataset.");
    }

    /// <exception cref="FileNotFoundException">There is no such folder.</exception>
    /// <exception cref="DatasetException">The folder does not contain the splits of a saved dataset, or they are malformed.</exception>
    internal static IReadOnlyList<string> RequireSplits(string folder)
    {
        RequireFolder(folder);
        var file = Path.Combine(folder, DiskLayout.Splits);
        if (!File.Exists(file))
            throw new DatasetException(DiskLayout.IsDataset(folder)
                ? $"'{folder}' contains a single dataset. Load it with Dataset.LoadFromDisk."
                : $"'{folder}' does not contain a saved dataset: {DiskLayout.Splits} is missing. Pass a folder that was written by "
                    + "SaveToDisk or save_to_disk. Other data files are loaded with Datasets.LoadDataset.");
        try
        {
            using var json = JsonDocument.Parse(File.ReadAllBytes(file));
            string[] splits = [.. json.RootElement.GetProperty("splits").EnumerateArray().Select(split => split.GetString()!)];
            foreach (var split in splits)
                RequireName(split);
            return splits;
        }
        catch (Exception error) when (error is JsonException or KeyNotFoundException or InvalidOperationException or IOException)
        {
            throw new DatasetException($"'{file}' is malformed ({error.Message}). The folder is damaged: save the splits again.", error);
        }
    }

    /// <summary>Throws if the name of a split cannot be the name of a folder.</summary>
    /// <exception cref="DatasetException">The name is not valid.</exception>
    internal static void RequireName(string split)
    {
        if (string.IsNullOrEmpty(split) || split is "." or ".." || split.AsSpan().ContainsAny(Forbidden))
            throw new DatasetException($"The split '{split}' has a name that cannot be the name of a folder. Rename the split.");
    }

    /// <exception cref="DatasetException">A file is missing, incomplete or damaged.</exception>
    internal static (Dataset Dataset, string? Split) Load(string folder, bool keepInMemory)
    {
        var state = DiskState.Read(folder);
        var files = state.DataFiles.Select(file => ReadFile(file, keepInMemory)).ToArray();
        if (files.Length == 0)
            return (new Dataset(new ColumnSet([], 0), new DatasetFormat()), state.Split);
        var parts = files.Select(file => Part(file, state)).ToArray();
        try
        {
            var all = Datasets.ConcatenateDatasets([.. parts.Where(part => part.Count > 0).DefaultIfEmpty(parts[0])]);
            return (all.WithFormat(state.Format.Type, state.Format.Columns, state.Format.OutputAllColumns), state.Split);
        }
        catch (DatasetException error)
        {
            throw new DatasetException($"'{folder}': {error.Message}", error);
        }
    }

    /// <summary>
    /// Throws if replacing the folder would delete files that do not belong to a saved dataset, or files from which the datasets are read.
    /// </summary>
    /// <exception cref="DatasetException">The folder cannot be replaced.</exception>
    internal static void RequireReplaceable(string folder, IEnumerable<Dataset> datasets)
    {
        if (!Directory.Exists(folder))
            return;
        var path = Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder)) + Path.DirectorySeparatorChar;
        if (datasets.SelectMany(dataset => dataset.Files).FirstOrDefault(
            file => file.IsMapped && Path.GetFullPath(file.Path).StartsWith(path, StringComparison.Ordinal)) is { } used)
            throw new DatasetException(
                $"The dataset cannot be saved to '{folder}', because it is read from '{used.Path}'. Save it to another folder, or load it "
                + "with keepInMemory: true.");
        if (Other(folder) is { } other)
            throw new DatasetException($"The folder '{folder}' contains '{other}', which is not a file of a saved dataset. Saving would "
                + "delete everything in this folder. Choose an empty folder.");
    }

    /// <summary>Returns a file or folder that does not belong to a saved dataset; null if there is none.</summary>
    private static string? Other(string folder)
    {
        var isDict = File.Exists(Path.Combine(folder, DiskLayout.Splits));
        foreach (var entry in new DirectoryInfo(folder).EnumerateFileSystemInfos())
            if (entry is DirectoryInfo inner)
            {
                if (!isDict || !DiskLayout.IsDataset(inner.FullName) || Other(inner.FullName) is not null)
                    return entry.Name;
            }
            else if (entry.Name is not (DiskLayout.State or DiskLayout.Info or DiskLayout.Splits)
                && !(entry.Name.StartsWith("data-", StringComparison.Ordinal) && entry.Extension == ".arrow"))
                return entry.Name;
        return null;
    }

    private static ArrowDataFile ReadFile(string file, bool keepInMemory)
    {
        try
        {
            return ArrowDataFile.Read(file, keepInMemory);
        }
        catch (Exception error) when (error is UnmappableTypeException or FileNotFoundException)
        {
            throw new DatasetException(error is FileNotFoundException
                ? $"The data file '{file}' is missing. The folder is incomplete: copy or save the dataset again."
                : $"'{file}': {error.Message} Load the file with Datasets.LoadDataset.", error);
        }
    }

    private static Dataset Part(ArrowDataFile file, DiskState state)
    {
        var features = state.Features.Count > 0
            ? state.Features
            : HuggingFaceFeatures.Read(ArrowFileReader.Metadata(file.Schema), file.File.Path);
        return new Dataset(new ColumnSet(
            file.Columns.Select(column => ArrowFileReader.WithDeclaredFeature(column, features, file.File.Path)), file.Rows), new());
    }

    private static string MissingFile(string folder) =>
        File.Exists(Path.Combine(folder, DiskLayout.State)) ? DiskLayout.Info : DiskLayout.State;

    private static void RequireFolder(string folder)
    {
        Internal.AtomicFolder.Recover(folder);
        if (!Directory.Exists(folder))
            throw new FileNotFoundException($"There is no folder '{folder}'. Relative paths start at '{Environment.CurrentDirectory}'.",
                folder);
    }
}
