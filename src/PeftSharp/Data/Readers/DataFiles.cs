using System.Text.RegularExpressions;

namespace PeftSharp.Data;

/// <summary>Which files belong to which split: the name rules of <c>datasets</c>.</summary>
internal static partial class DataFiles
{
    private static readonly (string Split, string[] Keywords)[] Keywords =
    [
        ("train", ["train", "training"]),
        ("validation", ["validation", "valid", "dev", "val"]),
        ("test", ["test", "testing", "eval", "evaluation"]),
    ];

    /// <summary>Files about the data, not of it.</summary>
    private static readonly string[] Ignored = ["config.json", "dataset_info.json", "dataset_infos.json", "dataset_dict.json", "state.json"];

    /// <exception cref="FileNotFoundException">There is no such file or folder.</exception>
    /// <exception cref="DatasetException">No file can be read, or several formats hold different splits.</exception>
    internal static OrderedDictionary<string, IReadOnlyList<string>> Find(string path, string? format)
    {
        if (File.Exists(path))
            return new() { ["train"] = [path] };
        if (!Directory.Exists(path))
            throw new FileNotFoundException($"'{path}' is neither a file nor a folder. Data is read from local files; give the path of a {FileFormat.Extensions} file or of a folder of such files.", path);
        var byFormat = FilesBelow(new DirectoryInfo(path), [])
            .Select(file => Path.GetRelativePath(path, file).Replace('\\', '/'))
            .Where(file => !Ignored.Contains(Path.GetFileName(file)))
            .GroupBy(file => FileFormat.Of(file) ?? "")
            .Where(group => group.Key.Length > 0 && (format is null || group.Key == format))
            .OrderBy(group => FileFormat.Names.ToList().IndexOf(group.Key))
            .Select(group => (Format: group.Key, Splits: BySplit(group.Order(StringComparer.Ordinal)))).ToArray();
        if (byFormat.Length == 0)
            throw new DatasetException($"The folder '{path}' holds no {(format is null ? "" : $"{format} ")}file that can be read; there must be files named {FileFormat.Extensions}.");
        RequireAllSplits(path, byFormat);
        return new(byFormat[0].Splits.Select(split => KeyValuePair.Create(split.Key, (IReadOnlyList<string>)[.. split.Value.Select(file => Path.Combine(path, file))])));
    }

    /// <summary>All files of a folder and of those in it, without hidden ones. A link to a folder that holds the link is not followed: its files would be read again and again.</summary>
    private static IEnumerable<string> FilesBelow(DirectoryInfo folder, string[] above)
    {
        string[] open = [.. above, (folder.ResolveLinkTarget(returnFinalTarget: true) ?? folder).FullName.TrimEnd('/', '\\')];
        if (above.Contains(open[^1]))
            return [];
        var visible = folder.EnumerateFileSystemInfos().Where(entry => !entry.Name.StartsWith('.') && !entry.Name.StartsWith("__", StringComparison.Ordinal)).ToArray();
        return visible.SelectMany(entry => entry is DirectoryInfo inner ? FilesBelow(inner, open) : [entry.FullName]);
    }

    /// <summary>The files of a name that may have stars in its last part, or of a folder.</summary>
    /// <exception cref="FileNotFoundException">No file has such a name.</exception>
    internal static IReadOnlyList<string> Match(string pattern)
    {
        if (File.Exists(pattern))
            return [pattern];
        var (folder, name) = Directory.Exists(pattern) ? (pattern, "*") : (Path.GetDirectoryName(pattern) is { Length: > 0 } given ? given : ".", Path.GetFileName(pattern));
        var files = Directory.Exists(folder) ? Directory.GetFiles(folder, name).Order(StringComparer.Ordinal).ToArray() : [];
        return files.Length > 0 ? files : throw new FileNotFoundException($"There is no file '{pattern}'.", pattern);
    }

    /// <summary>One format is read; a split that only another format holds must not be lost in silence.</summary>
    private static void RequireAllSplits(string path, (string Format, OrderedDictionary<string, List<string>> Splits)[] byFormat)
    {
        foreach (var other in byFormat.Skip(1))
            if (other.Splits.Keys.Except(byFormat[0].Splits.Keys).FirstOrDefault() is { } lost)
                throw new DatasetException($"The folder '{path}' holds several formats, and the split '{lost}' only as {other.Format}: "
                    + string.Join("; ", byFormat.Select(format => $"{format.Format}: {string.Join(", ", format.Splits.Values.SelectMany(files => files))}"))
                    + ". Choose one by LoadOptions.Format, or name the files of each split.");
    }

    private static OrderedDictionary<string, List<string>> BySplit(IEnumerable<string> files)
    {
        var all = files.ToList();
        var splits = new OrderedDictionary<string, List<string>>();
        foreach (var (split, keywords) in Keywords)                  // in this order
            if (all.Where(file => keywords.Any(keyword => IsNamed(file, keyword))).ToList() is { Count: > 0 } named)
                splits.Add(split, named);
        foreach (var file in all.Except(splits.Values.SelectMany(named => named)).ToArray())
            if (Shard().Match(Path.GetFileName(file)) is { Success: true } shard)
                (splits.TryGetValue(shard.Groups[1].Value, out var named) ? named : splits[shard.Groups[1].Value] = []).Add(file);
        return splits.Count > 0 ? splits : new() { ["train"] = all };
    }

    /// <summary>Whether a file or one of its folders is called so: the word stands alone or between signs that are no letters.</summary>
    private static bool IsNamed(string file, string keyword) =>
        Regex.IsMatch(file, $@"(^|[/\-._ 0-9]){keyword}([/\-._ 0-9])", RegexOptions.CultureInvariant);

    [GeneratedRegex(@"^(\w+)-\d{5}-of-\d{5}[^/]*$", RegexOptions.CultureInvariant)]
    private static partial Regex Shard();
}
