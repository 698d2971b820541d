namespace PeftSharp.Serialization;

/// <summary>Describes the contents of a folder, for messages about missing files.</summary>
internal static class FolderContents
{
    private const int MaxNames = 12;

    /// <summary>Returns the end of a sentence: <c>; the folder contains a, b.</c>, or that the folder is empty or does not exist.</summary>
    internal static string Describe(string? folder)
    {
        folder = string.IsNullOrEmpty(folder) ? "." : folder;
        if (!Directory.Exists(folder))
            return $"; the folder '{folder}' does not exist.";
        var names = Directory.EnumerateFileSystemEntries(folder).Select(Path.GetFileName).Order(StringComparer.Ordinal).ToList();
        var hint = names.Contains("adapter_config.json") && !names.Contains("config.json")
            ? " It is the folder of an adapter: load its base model, then the adapter with PeftModel.FromPretrained or adapterNameOrFolder."
            : "";
        return names.Count switch
        {
            0 => $"; the folder '{folder}' is empty.",
            > MaxNames =>
                $"; the folder '{folder}' contains {string.Join(", ", names.Take(MaxNames))} and {names.Count - MaxNames} more.{hint}",
            _ => $"; the folder '{folder}' contains {string.Join(", ", names)}.{hint}",
        };
    }
}
