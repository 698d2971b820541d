using PeftSharp.Internal;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace PeftSharp.Data;

/// <summary>The metadata of a dataset card (README.md): the configurations and the column types.</summary>
/// <remarks>The card is a file of a repository, so it is not trusted: its nesting and the number of its types are limited.</remarks>
internal sealed class DatasetCard
{
    internal const string FileName = "README.md";
    private const int MaxNesting = 64;

    private readonly string _description;

    private DatasetCard(YamlMappingNode root, IReadOnlyList<CardConfiguration> configurations, string description) =>
        (Root, Configurations, _description) = (root, configurations, description);

    /// <summary>The metadata.</summary>
    internal YamlMappingNode Root { get; }

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
            var root = Parse(Split(text).Header);
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
        var known = CardYaml.Get(Root, "dataset_info") switch
        {
            YamlMappingNode single when configuration is null || NameOf(single) == configuration => single,
            YamlSequenceNode { Children: [YamlMappingNode only] } when configuration is null => only,
            YamlSequenceNode => Info(configuration ?? CardConfiguration.DefaultName),
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

    /// <summary>The description of a configuration (an item of <c>dataset_info</c>). Null: there is none.</summary>
    internal YamlMappingNode? Info(string configuration) => Infos.FirstOrDefault(info => NameOf(info) == configuration);

    /// <summary>The descriptions of all configurations (<c>dataset_info</c>).</summary>
    internal IEnumerable<YamlMappingNode> Infos => CardYaml.Get(Root, "dataset_info") switch
    {
        YamlMappingNode single => [single],
        YamlSequenceNode all => all.OfType<YamlMappingNode>(),
        _ => [],
    };

    private static DatasetException Malformed(Exception error, string description) => new(
        $"The card ({FileName}) of {description} is malformed: {error.Message} Correct the card, or load the data files directly.", error);

    /// <summary>The name of the configuration that an item of <c>dataset_info</c> describes.</summary>
    internal static string NameOf(YamlMappingNode info) =>
        CardYaml.Text(CardYaml.Get(info, "config_name")) ?? CardConfiguration.DefaultName;

    /// <summary>The YAML text between the two lines "---" at the start of the file, and the text after the second line.</summary>
    internal static (string Header, string Body) Split(string? text)
    {
        text = (text ?? "").TrimStart('\uFEFF');
        if (LineEnd(text, 0) is not (3, var start) || !text.StartsWith("---", StringComparison.Ordinal))
            return ("", text);
        for (var line = start; line < text.Length;)
        {
            var (length, next) = LineEnd(text, line);
            if (text.AsSpan(line, length) is "---")
                return (text[start..line].ReplaceLineEndings("\n"), text[next..]);
            line = next;
        }
        return ("", text);
    }

    /// <summary>The length of a line and the start of the next one.</summary>
    private static (int Length, int Next) LineEnd(string text, int start)
    {
        var end = text.IndexOf('\n', start);
        var (length, next) = end < 0 ? (text.Length - start, text.Length) : (end - start, end + 1);
        return (length > 0 && text[start + length - 1] == '\r' ? length - 1 : length, next);
    }

    /// <exception cref="DatasetException">The text is not valid YAML, or nested too deeply.</exception>
    internal static YamlMappingNode Parse(string text)
    {
        var yaml = new YamlStream();
        try
        {
            RequireShallow(text);
            yaml.Load(new StringReader(text));
        }
        catch (Exception error) when (error is InvalidOperationException or ArgumentException)    // the parser's for malformed texts
        {
            throw new DatasetException($"It is not valid YAML: {ErrorText.Of(error)}", error);
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
