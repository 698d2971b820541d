using System.Text.RegularExpressions;

namespace PeftSharp.Data;

/// <summary>Determines the files of each split by the naming rules of <c>datasets</c>.</summary>
internal static partial class DataFiles
{
    private static readonly (string Split, string[] Keywords)[] Keywords =
    [
        ("train", ["train", "training"]),
        ("validation", ["validation", "valid", "dev", "val"]),
        ("test", ["test", "testing", "eval", "evaluation"]),
    ];

    /// <summary>Files with metadata.</summary>
    private static readonly string[] Ignored =
        ["config.json", "dataset_info.json", "dataset_infos.json", "dataset_dict.json", "state.json"];

    /// <exception cref="FileNotFoundException">There is no such file or folder.</exception>
    /// <exception cref="DatasetException">
    /// The folder contains no supported file, or the formats of its files have different splits.
    /// </exception>
    internal static OrderedDictionary<string, IReadOnlyList<string>> Find(string path, string? format)
    {
        if (File.Exists(path))
            return new() { ["train"] = [path] };
        if (!Directory.Exists(path))
            throw new FileNotFoundException($"There is no file or folder '{path}'. Datasets are loaded from local files; "
                + $"pass the path of a file ({FileFormat.Extensions}) or of a folder of such files.", path);
        if (DiskLayout.IsSaved(path))
            throw new DatasetException($"'{path}' was written by SaveToDisk. Load it with Datasets.LoadFromDisk(\"{path}\").");
        var byFormat = FilesBelow(new DirectoryInfo(path), [])
            .Select(file => Path.GetRelativePath(path, file).Replace('\\', '/'))
            .Where(file => !Ignored.Contains(Path.GetFileName(file)))
            .GroupBy(file => FileFormat.Of(file) ?? "")
            .Where(group => group.Key.Length > 0 && (format is null || group.Key == format))
            .OrderBy(group => FileFormat.Names.ToList().IndexOf(group.Key))
            .Select(group => (Format: group.Key, Splits: BySplit(group.Order(StringComparer.Ordinal)))).ToArray();
        if (byFormat.Length == 0)
            throw new DatasetException($"The folder '{path}' contains no supported {(format is null ? "" : $"{format} ")}file. "
                + $"Supported extensions: {FileFormat.Extensions}.");
        RequireAllSplits(path, byFormat);
        return new(byFormat[0].Splits.Select(
            split => KeyValuePair.Create(split.Key, (IReadOnlyList<string>)[.. split.Value.Select(file => Path.Combine(path, file))])));
    }

    /// <summary>
    /// Returns the files of a folder and its subfolders, without hidden ones, saved datasets and caches. Links to a parent folder are not
    /// followed.
    /// </summary>
    private static IEnumerable<string> FilesBelow(DirectoryInfo folder, string[] parents)
    {
        string[] path = [.. parents, (folder.ResolveLinkTarget(returnFinalTarget: true) ?? folder).FullName.TrimEnd('/', '\\')];
        if (parents.Contains(path[^1]) || DiskLayout.IsSaved(folder.FullName))
            return [];
        var visible = folder.EnumerateFileSystemInfos()
            .Where(entry => !entry.Name.StartsWith('.') && !entry.Name.StartsWith("__", StringComparison.Ordinal)).ToArray();
        return visible.SelectMany(entry => entry is DirectoryInfo inner ? FilesBelow(inner, path) : [entry.FullName]);
    }

    /// <summary>Returns the files of a folder, or the files that match a path whose file name may contain wildcards.</summary>
    /// <exception cref="FileNotFoundException">No file matches.</exception>
    internal static IReadOnlyList<string> Match(string pattern)
    {
        if (File.Exists(pattern))
            return [pattern];
        var (folder, name) = Directory.Exists(pattern)
            ? (pattern, "*")
            : (Path.GetDirectoryName(pattern) is { Length: > 0 } given ? given : ".", Path.GetFileName(pattern));
        var files = Directory.Exists(folder) ? Directory.GetFiles(folder, name).Order(StringComparer.Ordinal).ToArray() : [];
        return files.Length > 0 ? files : throw new FileNotFoundException(
            $"No file matches '{pattern}'. Check the folder and the wildcards. Relative paths start at '{Environment.CurrentDirectory}'.",
            pattern);
    }

    /// <summary>Throws if a split exists only in a format that is not read, because the split would be ignored silently.</summary>
    private static void RequireAllSplits(string path, (string Format, OrderedDictionary<string, List<string>> Splits)[] byFormat)
    {
        foreach (var other in byFormat.Skip(1))
            if (other.Splits.Keys.Except(byFormat[0].Splits.Keys).FirstOrDefault() is { } missing)
                throw new DatasetException(
                    $"The folder '{path}' contains files of several formats, but the split '{missing}' only as {other.Format}: "
                    + string.Join("; ",
                        byFormat.Select(format => $"{format.Format}: {string.Join(", ", format.Splits.Values.SelectMany(files => files))}"))
                    + ". Set DatasetLoadOptions.Format, or pass the files of each split.");
    }

    private static OrderedDictionary<string, List<string>> BySplit(IEnumerable<string> files)
    {
        var all = files.ToList();
        var splits = new OrderedDictionary<string, List<string>>();
        foreach (var (split, keywords) in Keywords)                  // the order of the splits
            if (all.Where(file => keywords.Any(keyword => IsNamed(file, keyword))).ToList() is { Count: > 0 } named)
                splits.Add(split, named);
        foreach (var file in all.Except(splits.Values.SelectMany(named => named)).ToArray())
            if (Shard().Match(Path.GetFileName(file)) is { Success: true } shard)
                (splits.TryGetValue(shard.Groups[1].Value, out var named) ? named : splits[shard.Groups[1].Value] = []).Add(file);
        return splits.Count > 0 ? splits : new() { ["train"] = all };
    }

    /// <summary>Returns whether a path contains a keyword as a separate word.</summary>
    private static bool IsNamed(string file, string keyword) =>
        Regex.IsMatch(file, $@"(^|[/\-._ 0-9]){keyword}([/\-._ 0-9])", RegexOptions.CultureInvariant);

    [GeneratedRegex(@"^(\w+)-\d{5}-of-\d{5}[^/]*$", RegexOptions.CultureInvariant)]
    private static partial Regex Shard();
}
