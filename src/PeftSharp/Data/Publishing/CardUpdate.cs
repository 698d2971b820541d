using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using PeftSharp.Hub;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace PeftSharp.Data;

/// <summary>
/// Writes the configuration of pushed splits into the card of a dataset, as Python's <c>push_to_hub</c> does: the fields
/// <c>dataset_info</c> and <c>configs</c>. The other metadata and the text of the card are not changed.
/// </summary>
internal sealed partial class CardUpdate
{
    private const string FeaturesField = "features";
    private readonly string? _text;
    private readonly DatasetCard _card;
    private readonly string _configuration;
    private readonly string _dataFolder;
    private readonly IReadOnlyDictionary<string, long> _files;

    /// <param name="text">The card. Null: there is none.</param>
    /// <param name="description">The place of the card, for error messages.</param>
    /// <param name="configuration">The configuration of the splits.</param>
    /// <param name="dataFolder">The folder of the files of the configuration.</param>
    /// <param name="files">The files in the repository before the push, with their sizes.</param>
    /// <exception cref="DatasetException">The card is malformed.</exception>
    internal CardUpdate(
        string? text, string description, string configuration, string dataFolder, IReadOnlyDictionary<string, long> files)
    {
        (_text, _configuration, _dataFolder, _files) = (text, configuration, dataFolder, files);
        _card = DatasetCard.Read(text, description);
    }

    /// <summary>Returns the text of the new card.</summary>
    /// <param name="pushed">The splits.</param>
    /// <param name="isWhole">
    /// Whether these are all splits of the configuration. False: the other splits of the configuration are kept.
    /// </param>
    /// <exception cref="DatasetException">The other splits have other columns.</exception>
    internal string Apply(IReadOnlyList<PushedSplit> pushed, bool isWhole)
    {
        var root = _card.Root;
        var info = Info(pushed, isWhole);
        var infos = _card.Infos.Where(other => DatasetCard.NameOf(other) != _configuration)
            .Append(info).OrderBy(DatasetCard.NameOf, StringComparer.Ordinal).ToArray();
        if (infos.Length > 1 && infos.FirstOrDefault(other => CardYaml.Get(other, "config_name") is null) is { } unnamed)
            unnamed.Children.Insert(0, "config_name", CardConfiguration.DefaultName);
        var configs = ((CardYaml.Get(root, "configs") as YamlSequenceNode)?.Children ?? [])
            .Where(other => ConfigurationOf(other) != _configuration)
            .Concat(Configurations(pushed, isWhole)).OrderBy(ConfigurationOf, StringComparer.Ordinal).ToArray();
        root.Children["dataset_info"] = infos.Length == 1 ? infos[0] : new YamlSequenceNode(infos);
        root.Children["configs"] = new YamlSequenceNode(configs);
        return $"---\n{Write(root)}---\n{DatasetCard.Split(_text).Body}";
    }

    /// <summary>The description of the configuration: columns, splits and sizes.</summary>
    private YamlMappingNode Info(IReadOnlyList<PushedSplit> pushed, bool isWhole)
    {
        var known = isWhole ? null : _card.Info(_configuration);
        var before = known is not null && CardYaml.Get(known, "splits") is YamlSequenceNode list
            ? list.OfType<YamlMappingNode>().ToArray() : [];
        var kept = before.Where(split => pushed.All(other => other.Name != NameOf(split))).ToArray();
        var features = FeatureCard.Of(pushed[0].Features);
        if (kept.Length > 0)
            RequireSameColumns(_card.Features(_configuration), CardFeatures.Read(CardYaml.Get(Node(new() { [FeaturesField] = features }),
                FeaturesField)), kept);
        var splits = kept.Select(split => Split(NameOf(split), Number(split, "num_bytes"), Number(split, "num_examples")))
            .Concat(pushed.Select(split => Split(split.Name, split.Bytes, split.Rows))).ToArray();
        var replaced = pushed.Where(split => before.Any(old => NameOf(old) == split.Name))
            .Sum(split => _files.Where(file => file.Key.StartsWith(PushedSplit.Prefix(_dataFolder, split.Name), StringComparison.Ordinal))
                .Sum(file => file.Value));
        var info = new JsonObject();
        if (_configuration != CardConfiguration.DefaultName)
            info["config_name"] = _configuration;
        info[FeaturesField] = features.DeepClone();
        info["splits"] = new JsonArray([.. splits]);
        info["download_size"] = Math.Max(0, (known is null ? 0 : Number(known, "download_size") ?? 0) - replaced)
            + pushed.Sum(split => split.FileBytes);
        info["dataset_size"] = splits.Sum(split => (long?)split["num_bytes"] ?? 0);
        return Node(info);
    }

    private static void RequireSameColumns(
        IReadOnlyDictionary<string, Feature> known, IReadOnlyDictionary<string, Feature> pushed, IEnumerable<YamlMappingNode> splits)
    {
        if (ColumnTypes.AreSame(known, pushed))
            return;
        throw new DatasetException($"The columns ({ColumnTypes.Describe(pushed)}) differ from the columns of the other splits "
            + $"in the repository ({string.Join(", ", splits.Select(NameOf))}: {ColumnTypes.Describe(known)}). All splits of a "
            + "configuration must have the same columns and types. Push all splits together (DatasetDict), or pass another configName.");
    }

    /// <summary>
    /// Returns the configuration with the patterns of its files. If the repository has files that were pushed without a card, also returns
    /// the default configuration, to which these files belong.
    /// </summary>
    private IEnumerable<YamlMappingNode> Configurations(IReadOnlyList<PushedSplit> pushed, bool isWhole)
    {
        var known = _card.Configurations.FirstOrDefault(other => other.Name == _configuration);
        var unnamed = _card.Configurations.Count > 0 ? [] : PushedWithoutCard();
        if (unnamed.Count > 0 && _configuration != CardConfiguration.DefaultName)
            yield return Configuration(CardConfiguration.DefaultName, unnamed, isDefault: false);
        var patterns = new OrderedDictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal);
        if (!isWhole)
            foreach (var (split, files) in known?.DataFiles ?? (_configuration == CardConfiguration.DefaultName ? unnamed : []))
                patterns[split] = files;
        foreach (var split in pushed)
            patterns[split.Name] = [$"{PushedSplit.Prefix(_dataFolder, split.Name)}*"];
        yield return Configuration(_configuration, patterns, known?.IsDefault == true);
    }

    /// <summary>Returns the splits of the files whose names have the form of the names of pushed files.</summary>
    private OrderedDictionary<string, IReadOnlyList<string>> PushedWithoutCard()
    {
        var splits = new OrderedDictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal);
        foreach (var file in _files.Keys.Order(StringComparer.Ordinal))
            if (PushedFile().Match(file) is { Success: true } match)
                splits[match.Groups[1].Value] = [$"{PushedSplit.Prefix("data", match.Groups[1].Value)}*"];
        return splits;
    }

    private static YamlMappingNode Configuration(
        string name, IReadOnlyDictionary<string, IReadOnlyList<string>> patterns, bool isDefault)
    {
        var configuration = new JsonObject
        {
            ["config_name"] = name,
            ["data_files"] = new JsonArray([.. patterns.Select(split => new JsonObject
            {
                ["split"] = split.Key,
                ["path"] = split.Value.Count == 1 ? split.Value[0] : new JsonArray([.. split.Value.Select(path => JsonValue.Create(path))]),
            })]),
        };
        if (isDefault) configuration["default"] = true;
        return Node(configuration);
    }

    private static JsonObject Split(string name, long? bytes, long? rows)
    {
        var split = new JsonObject { ["name"] = name };
        if (bytes is not null) split["num_bytes"] = bytes;
        if (rows is not null) split["num_examples"] = rows;
        return split;
    }

    private static string NameOf(YamlNode split) => CardYaml.Text(CardYaml.Get(split, "name")) ?? "";

    private static string? ConfigurationOf(YamlNode configuration) => CardYaml.Text(CardYaml.Get(configuration, "config_name"));

    private static long? Number(YamlNode node, string field) =>
        long.TryParse(CardYaml.Text(CardYaml.Get(node, field)), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number : null;

    private static YamlMappingNode Node(JsonObject value) => DatasetCard.Parse(YamlText.Write(value));

    private static string Write(YamlMappingNode root)
    {
        var text = new StringWriter { NewLine = "\n" };
        var emitter = new Emitter(text, new EmitterSettings().WithBestWidth(int.MaxValue).WithNewLine("\n"));
        new YamlStream(new YamlDocument(root)).Save(emitter, assignAnchors: false);
        var yaml = text.ToString();
        return yaml.EndsWith("\n...\n", StringComparison.Ordinal) ? yaml[..^"...\n".Length] : yaml;
    }

    [GeneratedRegex(@"\Adata/(\w+(?:\.\w+)*)-[0-9]{5}-of-[0-9]{5}[^/]*\.parquet\z", RegexOptions.CultureInvariant)]
    private static partial Regex PushedFile();
}
