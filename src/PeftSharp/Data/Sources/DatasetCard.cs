using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace PeftSharp.Data;

/// <summary>The metadata of a dataset card (README.md): the configurations and the column types.</summary>
/// <remarks>The card is a file of a repository, so it is not trusted: its nesting and the number of its types are limited.</remarks>
internal sealed class DatasetCard
{
    internal const string FileName = "README.md";
    private const int MaxNesting = 64;

    private readonly YamlMappingNode _root;
    private readonly string _description;

    private DatasetCard(YamlMappingNode root, IReadOnlyList<CardConfiguration> configurations, string description) =>
        (_root, Configurations, _description) = (root, configurations, description);

    /// <summary>The configurations of the field <c>configs</c>. Empty: the card has no configurations.</summary>
    internal IReadOnlyList<CardConfiguration> Configurations { get; }

    /// <summary>Reads a card.</summary>
    /// <param name="text">The text of the file. Null: there is no card.</param>
    /// <param name="description">The description of the source that contains the card, for error messages.</param>
    /// <exception cref="DatasetException">The card is malformed.</exception>
    internal static DatasetCard Read(string? text, string description)
    {
        try
        {
            var root = Parse(Header(text));
            return new DatasetCard(root, CardConfiguration.ReadAll(CardYaml.Get(root, "configs")), description);
        }
        catch (Exception error) when (error is YamlException or DatasetException)
        {
            throw Malformed(error, description);
        }
    }

    /// <summary>Returns the column types of a configuration. Columns whose type this library does not have are omitted.</summary>
    /// <param name="configuration">The name of the configuration. Null: the card has no configurations.</param>
    /// <exception cref="DatasetException">The card is malformed.</exception>
    internal IReadOnlyDictionary<string, Feature> Features(string? configuration)
    {
        var known = CardYaml.Get(_root, "dataset_info") switch
        {
            YamlMappingNode single when configuration is null || NameOf(single) == configuration => single,
            YamlSequenceNode { Children: [YamlMappingNode only] } when configuration is null => only,
            YamlSequenceNode all => all.OfType<YamlMappingNode>().FirstOrDefault(info => NameOf(info) == (configuration ?? "default")),
            _ => null,
        };
        try
        {
            return CardFeatures.Read(known is null ? null : CardYaml.Get(known, "features"));
        }
        catch (DatasetException error)
        {
            throw Malformed(error, _description);
        }
    }

    private static DatasetException Malformed(Exception error, string description) => new(
        $"The card ({FileName}) of {description} is malformed: {error.Message} Correct the card, or load the data files directly.", error);

    private static string NameOf(YamlMappingNode info) => CardYaml.Text(CardYaml.Get(info, "config_name")) ?? "default";

    /// <summary>The YAML text between the two lines "---" at the start of the file.</summary>
    private static string Header(string? text)
    {
        var lines = (text ?? "").TrimStart('\uFEFF').ReplaceLineEndings("\n").Split('\n');
        var end = lines[0] == "---" ? Array.IndexOf(lines, "---", 1) : -1;
        return end > 0 ? string.Join('\n', lines[1..end]) : "";
    }

    private static YamlMappingNode Parse(string text)
    {
        var yaml = new YamlStream();
        try
        {
            RequireShallow(text);
            yaml.Load(new StringReader(text));
        }
        catch (Exception error) when (error is InvalidOperationException or ArgumentException)    // of the parser for malformed texts
        {
            throw new DatasetException($"It is not valid YAML: {error.Message}", error);
        }
        return yaml.Documents is [{ RootNode: YamlMappingNode root }, ..] ? root : [];
    }

    /// <summary>Throws if the text is nested too deeply, because the parser is recursive.</summary>
    private static void RequireShallow(string text)
    {
        var (parser, depth) = (new Parser(new StringReader(text)), 0);
        while (parser.MoveNext())
        {
            depth += parser.Current!.NestingIncrease;
            if (depth > MaxNesting)
                throw new DatasetException($"It is nested more than {MaxNesting} levels deep.");
        }
    }
}
