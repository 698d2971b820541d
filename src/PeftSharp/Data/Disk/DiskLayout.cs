namespace PeftSharp.Data;

/// <summary>The files of a dataset that is saved in a folder, as in Python's <c>datasets</c>.</summary>
internal static class DiskLayout
{
    /// <summary>The data files, the format and the fingerprint.</summary>
    internal const string State = "state.json";

    /// <summary>The types of the columns.</summary>
    internal const string Info = "dataset_info.json";

    /// <summary>The names of the splits, which are subfolders.</summary>
    internal const string Splits = "dataset_dict.json";

    /// <summary>The name of a data file.</summary>
    internal static string DataFile(int index, int count) => $"data-{index:D5}-of-{count:D5}.arrow";

    /// <summary>Whether a folder contains a saved dataset or the splits of one.</summary>
    internal static bool IsSaved(string folder) => IsDataset(folder) || File.Exists(Path.Combine(folder, Splits));

    internal static bool IsDataset(string folder) =>
        File.Exists(Path.Combine(folder, State)) && File.Exists(Path.Combine(folder, Info));
}
