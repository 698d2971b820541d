using System.Globalization;
using YamlDotNet.RepresentationModel;

namespace PeftSharp.Data;

/// <summary>Reads the column types in a dataset card (<c>dataset_info: features</c>).</summary>
/// <remarks>
/// Types that this library does not have, such as images, are ignored; the values determine the type of such a column. The number of types
/// is limited, because YAML aliases could make a short text very large.
/// </remarks>
internal sealed class CardFeatures
{
    private const int MaxTypes = 100_000;
    private const int MaxDepth = 64;
    private int _count;

    /// <exception cref="DatasetException">The field is malformed.</exception>
    internal static IReadOnlyDictionary<string, Feature> Read(YamlNode? features) =>
        features is null ? new Dictionary<string, Feature>() : new CardFeatures().Fields(features, depth: 0, out _);

    private OrderedDictionary<string, Feature> Fields(YamlNode node, int depth, out bool areKnown)
    {
        areKnown = true;
        var fields = new OrderedDictionary<string, Feature>(StringComparer.Ordinal);
        foreach (var field in node as YamlSequenceNode ?? throw new DatasetException("The features must be a list."))
        {
            var name = CardYaml.Text(CardYaml.Get(field, "name")) ?? throw new DatasetException("A feature has no name.");
            if (Type(field, depth + 1) is not { } type)
                areKnown = false;
            else if (!fields.TryAdd(name, type))
                throw new DatasetException($"Two features are named '{name}'.");
        }
        return fields;
    }

    /// <summary>Returns a type. Null: the library does not have this type.</summary>
    private Feature? Type(YamlNode node, int depth)
    {
        if (++_count > MaxTypes || depth > MaxDepth)
            throw new DatasetException("The features are too large or nested too deeply.");
        if (node is YamlScalarNode { Value: { } dtype })
            return Scalar(dtype);
        if (CardYaml.Get(node, "class_label") is { } label)
            return ClassNames(CardYaml.Get(label, "names")) is { Count: > 0 } names ? new ClassLabel(names) : null;
        if (CardYaml.Get(node, "struct") is { } record)
            return Record(record, depth);
        foreach (var kind in (string[])["list", "large_list"])
            if (CardYaml.Get(node, kind) is { } item)
                return Item(item, depth) is { } element ? new Sequence(element) : null;
        if (CardYaml.Get(node, "sequence") is { } old)
            return OldSequence(old, depth);
        return CardYaml.Get(node, "dtype") is { } inner
            ? inner is YamlScalarNode ? Scalar(CardYaml.Text(inner)!) : Type(inner, depth + 1)
            : null;
    }

    /// <summary>The type of the items of a list: a name, a type, or the fields of a struct.</summary>
    private Feature? Item(YamlNode item, int depth) => item is YamlSequenceNode ? Record(item, depth) : Type(item, depth + 1);

    /// <summary>A sequence of structs was stored as a struct of lists before version 4 of <c>datasets</c>.</summary>
    private Feature? OldSequence(YamlNode item, int depth) => Item(item, depth) switch
    {
        Struct record when item is YamlSequenceNode => new Struct(new OrderedDictionary<string, Feature>(
            record.Fields.Select(field => KeyValuePair.Create(field.Key, (Feature)new Sequence(field.Value))))),
        { } element => new Sequence(element),
        null => null,
    };

    private Struct? Record(YamlNode fields, int depth) =>
        Fields(fields, depth + 1, out var areKnown) is var known && areKnown ? new Struct(known) : null;

    /// <summary>The names of classes: a list, or a mapping from the ids to the names.</summary>
    private static IReadOnlyList<string>? ClassNames(YamlNode? names)
    {
        if (names is not YamlMappingNode byId)
            return CardYaml.Texts(names) is var texts && texts?.Distinct(StringComparer.Ordinal).Count() == texts?.Count
                ? texts
                : throw new DatasetException("The names of a class_label must be different.");
        var found = new SortedDictionary<int, string>();
        foreach (var (id, name) in byId)
            if (int.TryParse(CardYaml.Text(id), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
                && CardYaml.Text(name) is { } text)
                found[number] = text;
        return found.Count == byId.Children.Count && found.Keys.SequenceEqual(Enumerable.Range(0, found.Count))
            && found.Values.Distinct(StringComparer.Ordinal).Count() == found.Count
            ? [.. found.Values]
            : throw new DatasetException("A class_label must have a different name for each of the ids 0, 1, 2 and so on.");
    }

    private static Value? Scalar(string dtype) => dtype.Split('[', '(')[0] switch
    {
        "int8" or "int16" or "int32" or "uint8" or "uint16" => new Value("int32"),
        "int64" or "uint32" or "uint64" => new Value("int64"),
        "float16" or "float32" => new Value("float32"),
        "float64" => new Value("float64"),
        "bool" => new Value("bool"),
        "string" or "large_string" => new Value("string"),
        "timestamp" or "date32" or "date64" => new Value("timestamp"),
        "decimal128" or "decimal256" => new Value("decimal"),
        _ => null,
    };
}
