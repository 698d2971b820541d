using System.Text.RegularExpressions;

namespace PeftSharp.Data;

/// <summary>Determines the split of each file by the naming rules of <c>datasets</c>.</summary>
/// <remarks>
/// If the folder <c>data</c> contains files named <c>SPLIT-00000-of-00003</c>, or if all files are in one folder and have such names, these
/// files are the shards of the split. Otherwise, the files of a split are the files in folders whose names contain a keyword of the split.
/// If there is no such folder, they are the files whose names contain a keyword. If no name contains a keyword, all files are the split
/// "train". In contrast, <c>datasets</c> ignores the names of files if a folder has the name of any split.
/// </remarks>
internal static partial class SplitPatterns
{
    private const string Separators = "-._ 0-9";

    private static readonly (string Split, string[] Keywords)[] Keywords =
    [
        ("train", ["train", "training"]),
        ("validation", ["validation", "valid", "dev", "val"]),
        ("test", ["test", "testing", "eval", "evaluation"]),
    ];

    private static readonly (string Split, FilePattern[] Patterns)[]
        Folders = Patterns("**/{0}/**", "**/{0}[{1}]*/**", "**/*[{1}]{0}/**", "**/*[{1}]{0}[{1}]*/**"),
        Names = Patterns("**/{0}[{1}]*", "**/*[{1}]{0}[{1}]*");

    /// <summary>Returns the files of each split.</summary>
    /// <param name="files">The names of data files, in order.</param>
    internal static OrderedDictionary<string, IReadOnlyList<string>> Divide(IReadOnlyList<string> files)
    {
        if (Shards(files) is { Count: > 0 } shards)
            return shards;
        var splits = new OrderedDictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal);
        var byFolder = Folders.Select(split => Matches(split.Patterns, files)).ToArray();
        var others = files.Except(byFolder.SelectMany(found => found)).ToArray();
        for (var i = 0; i < Keywords.Length; i++)                    // Keywords has the order of the splits
            if ((byFolder[i].Count > 0 ? byFolder[i] : Matches(Names[i].Patterns, others)) is { Count: > 0 } found)
                splits.Add(Keywords[i].Split, found);
        if (splits.Count == 0 && files.Count > 0)
            splits.Add("train", files);
        return splits;
    }

    /// <summary>Returns the shards of each split, if the folder <c>data</c> has shards or all files are shards in one folder.</summary>
    private static OrderedDictionary<string, IReadOnlyList<string>> Shards(IReadOnlyList<string> files)
    {
        var candidates = files.Where(file => file.StartsWith("data/", StringComparison.Ordinal) && Shard().IsMatch(file["data/".Length..]))
            .ToArray();
        if (candidates.Length == 0 && files.Select(Path.GetDirectoryName).Distinct().Count() == 1
            && files.All(file => Shard().IsMatch(Path.GetFileName(file))))
            candidates = [.. files];
        var found = candidates.GroupBy(file => Shard().Match(Path.GetFileName(file)).Groups["split"].Value, StringComparer.Ordinal)
            .ToDictionary(group => group.Key, group => (IReadOnlyList<string>)[.. group], StringComparer.Ordinal);
        var known = Keywords.Select(split => split.Split).Where(found.ContainsKey).ToArray();
        return new(known.Concat(found.Keys.Except(known).Order(StringComparer.Ordinal))
            .Select(split => KeyValuePair.Create(split, found[split])), StringComparer.Ordinal);
    }

    /// <summary>
    /// Returns the files that match at least one pattern, in the order of the patterns. Python returns a file that matches two patterns
    /// twice.
    /// </summary>
    private static List<string> Matches(FilePattern[] patterns, IReadOnlyList<string> files) =>
        [.. patterns.SelectMany(pattern => files.Where(pattern.IsMatch)).Distinct(StringComparer.Ordinal)];

    private static (string, FilePattern[])[] Patterns(params string[] forms) =>
        [.. Keywords.Select(split => (split.Split, split.Keywords
            .SelectMany(keyword => forms.Select(form => new FilePattern(form.Replace("{0}", keyword).Replace("{1}", Separators))))
            .ToArray()))];

    [GeneratedRegex(@"\A(?<split>\w+(\.\w+)*)-[0-9]{5}-of-[0-9]{5}[^/]*\.[^/]*\z", RegexOptions.CultureInvariant)]
    private static partial Regex Shard();
}
