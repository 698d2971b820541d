using YamlDotNet.RepresentationModel;

namespace PeftSharp.Data;

/// <summary>Reads nodes of the YAML text of a card.</summary>
internal static class CardYaml
{
    /// <summary>A field of a mapping. Null: it is absent or null.</summary>
    internal static YamlNode? Get(YamlNode node, string field) =>
        node is YamlMappingNode mapping && mapping.Children.TryGetValue(new YamlScalarNode(field), out var value)
            && value is not YamlScalarNode { Style: YamlDotNet.Core.ScalarStyle.Plain, Value: null or "" or "null" or "~" } ? value : null;

    /// <summary>The text of a scalar. Null for other nodes.</summary>
    internal static string? Text(YamlNode? node) => (node as YamlScalarNode)?.Value;

    internal static bool IsTrue(YamlNode? node) => Text(node)?.ToLowerInvariant() is "true" or "yes" or "on";

    /// <summary>The texts of a scalar or of a list of scalars. Null for other nodes.</summary>
    internal static IReadOnlyList<string>? Texts(YamlNode? node) => node switch
    {
        YamlScalarNode { Value: { } text } => [text],
        YamlSequenceNode list when list.All(item => item is YamlScalarNode { Value: not null }) =>
            [.. list.Select(item => Text(item)!)],
        _ => null,
    };
}
