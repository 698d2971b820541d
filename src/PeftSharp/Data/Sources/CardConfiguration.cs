using System.Text.RegularExpressions;
using YamlDotNet.RepresentationModel;

namespace PeftSharp.Data;

/// <summary>A configuration in a dataset card (an item of <c>configs</c>).</summary>
internal sealed partial class CardConfiguration
{
    /// <summary>The name of a configuration that has no other name.</summary>
    internal const string DefaultName = "default";

    private CardConfiguration(string name) => Name = name;

    internal string Name { get; }

    internal bool IsDefault { get; private init; }

    /// <summary>The folder of the files. Null: the folder that contains the card.</summary>
    internal string? DataDir { get; private init; }

    /// <summary>The patterns of the files of each split. Null: the splits are determined by the names of the files.</summary>
    internal IReadOnlyDictionary<string, IReadOnlyList<string>>? DataFiles { get; private init; }

    /// <summary>The types of the columns. Null: the configuration does not contain them.</summary>
    internal IReadOnlyDictionary<string, Feature>? Features { get; private init; }

    /// <summary>All other fields, by their names in Python. They are options of the format, such as the delimiter of a CSV file.</summary>
    internal IReadOnlyDictionary<string, YamlNode> Parameters { get; private init; } = new Dictionary<string, YamlNode>();

    /// <exception cref="DatasetException">The field is malformed.</exception>
    internal static IReadOnlyList<CardConfiguration> ReadAll(YamlNode? configs)
    {
        if (configs is null)
            return [];
        if (configs is not YamlSequenceNode list)
            throw new DatasetException("The field 'configs' must be a list.");
        var all = list.Select(Read).ToArray();
        if (all.GroupBy(config => config.Name, StringComparer.Ordinal).FirstOrDefault(group => group.Count() > 1) is { } duplicate)
            throw new DatasetException($"The configuration '{duplicate.Key}' occurs {duplicate.Count()} times.");
        return all;
    }

    /// <summary>Returns the configuration that is used if the caller chooses none. Null: the caller must choose a configuration.</summary>
    /// <exception cref="DatasetException">Several configurations are the default.</exception>
    internal static CardConfiguration? Default(IReadOnlyList<CardConfiguration> all)
    {
        if (all.Count == 1)
            return all[0];
        var found = all.Where(config => config.IsDefault || config.Name == DefaultName).ToArray();
        return found.Length <= 1 ? found.FirstOrDefault() : throw new DatasetException(
            $"The dataset card has several default configurations: {string.Join(", ", found.Select(config => config.Name))}. Choose one "
            + "with the argument 'name'.");
    }

    private static CardConfiguration Read(YamlNode node)
    {
        if (node is not YamlMappingNode fields || CardYaml.Text(CardYaml.Get(node, "config_name")) is not { Length: > 0 } name)
            throw new DatasetException("Each item of 'configs' must have the field 'config_name' with a name.");
        return new CardConfiguration(name)
        {
            IsDefault = CardYaml.IsTrue(CardYaml.Get(node, "default")),
            DataDir = CardYaml.Text(CardYaml.Get(node, "data_dir")),
            DataFiles = CardYaml.Get(node, "data_files") is { } files ? Patterns(name, files) : null,
            Features = CardYaml.Get(node, "features") is { } features ? CardFeatures.Read(features) : null,
            Parameters = fields.Where(field => field.Key is YamlScalarNode)
                .ToDictionary(field => CardYaml.Text(field.Key)!, field => field.Value, StringComparer.Ordinal),
        };
    }

    /// <summary>Whether a text can be the name of a split.</summary>
    internal static bool IsSplitName(string name) => Split().IsMatch(name);

    /// <summary>Reads <c>data_files</c>: a pattern, a list of patterns, or a list of splits with their patterns.</summary>
    private static OrderedDictionary<string, IReadOnlyList<string>> Patterns(string name, YamlNode files)
    {
        if (CardYaml.Texts(files) is { Count: > 0 } train)
            return new(StringComparer.Ordinal) { ["train"] = train };
        var splits = new OrderedDictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal);
        foreach (var item in files as YamlSequenceNode ?? throw Malformed(name))
            if (CardYaml.Text(CardYaml.Get(item, "split")) is not { } split || !IsSplitName(split)
                || CardYaml.Texts(CardYaml.Get(item, "path")) is not { Count: > 0 } paths)
                throw Malformed(name);
            else if (!splits.TryAdd(split, paths))
                throw new DatasetException($"The data_files of the configuration '{name}' contain the split '{split}' twice.");
        return splits.Count > 0 ? splits : throw Malformed(name);
    }

    private static DatasetException Malformed(string name) => new($"The data_files of the configuration '{name}' must be a pattern, a list "
        + "of patterns, or a list of splits, each with 'split' and 'path'. A split consists of letters, digits, '_' and '.'.");

    [GeneratedRegex(@"\A\w+(\.\w+)*\z", RegexOptions.CultureInvariant)]
    private static partial Regex Split();
}
