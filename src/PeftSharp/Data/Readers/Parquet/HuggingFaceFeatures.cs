using System.Text.Json;

namespace PeftSharp.Data;

/// <summary>
/// Reads the types that <c>datasets</c> writes to the metadata of a Parquet file, under the key "huggingface". Only the class names are
/// used, because the file contains all other types.
/// </summary>
internal static class HuggingFaceFeatures
{
    /// <returns>The declared type of each column.</returns>
    /// <exception cref="DatasetException">The entry is not JSON.</exception>
    internal static IReadOnlyDictionary<string, JsonElement> Read(IReadOnlyDictionary<string, string> metadata, string file)
    {
        var declared = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        if (!metadata.TryGetValue("huggingface", out var json))
            return declared;
        try
        {
            using var document = JsonDocument.Parse(json);
            if (Field(document.RootElement, "info") is { } info && Field(info, "features") is { ValueKind: JsonValueKind.Object } features)
                foreach (var feature in features.EnumerateObject())
                    declared[feature.Name] = feature.Value.Clone();
            return declared;
        }
        catch (JsonException error)
        {
            throw new DatasetException($"'{file}': the metadata entry 'huggingface' is malformed: {error.Message} "
                + "Write the file again, for example with Dataset.to_parquet in Python.", error);
        }
    }

    /// <summary>Returns the stored type with the declared class names, at any depth.</summary>
    /// <remarks>
    /// A list is declared as {"feature": …, "_type": "List" or "Sequence"} or, before version 4 of <c>datasets</c>, as [feature]; a struct
    /// as an object of its fields. A Sequence of a struct is stored as a struct of lists.
    /// </remarks>
    internal static Feature Refine(Feature stored, JsonElement declared)
    {
        if (declared.ValueKind == JsonValueKind.Array)
            return stored is Sequence list && declared.GetArrayLength() == 1 ? new Sequence(Refine(list.Element, declared[0])) : stored;
        if (declared.ValueKind != JsonValueKind.Object)
            return stored;
        var isTyped = Field(declared, "_type") is { ValueKind: JsonValueKind.String };
        var type = isTyped ? declared.GetProperty("_type").GetString() : null;
        if (type == "ClassLabel")
            return ClassLabelOf(stored, declared);
        if (type is "Sequence" or "List" or "LargeList" && Field(declared, "feature") is { } item)
            return stored switch
            {
                Sequence list => new Sequence(Refine(list.Element, item)),
                Struct record when item.ValueKind == JsonValueKind.Object => Fields(record, item, field => new Sequence(field)),
                _ => stored,
            };
        return !isTyped && stored is Struct plain ? Fields(plain, declared, wrap: null) : stored;
    }

    /// <summary>Returns the stored struct with the declared class names of its fields.</summary>
    /// <param name="record">The stored struct.</param>
    /// <param name="declared">The declared types of the fields.</param>
    /// <param name="wrap">If not null, each field is stored as a list of its declared type.</param>
    private static Struct Fields(Struct record, JsonElement declared, Func<Feature, Feature>? wrap) =>
        new(new OrderedDictionary<string, Feature>(
            record.Fields.Select(field => KeyValuePair.Create(field.Key, Field(declared, field.Key) is not { } known ? field.Value
            : wrap is not null && field.Value is Sequence list ? wrap(Refine(list.Element, known))
            : Refine(field.Value, known)))));

    private static Feature ClassLabelOf(Feature stored, JsonElement declared) =>
        stored is Value { Dtype: "int64" or "int32" or "string" or "null" }
        && Field(declared, "names") is { ValueKind: JsonValueKind.Array } names && names.GetArrayLength() > 0
            && names.EnumerateArray().All(name => name.ValueKind == JsonValueKind.String)
            ? new ClassLabel([.. names.EnumerateArray().Select(name => name.GetString()!)])
            : stored;

    private static JsonElement? Field(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) ? value : null;
}
