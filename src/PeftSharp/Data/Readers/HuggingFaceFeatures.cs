using System.Text.Json;

namespace PeftSharp.Data;

/// <summary>The class names that <c>datasets</c> writes beside a Parquet file's own types, under the key "huggingface".</summary>
internal static class HuggingFaceFeatures
{
    /// <returns>The columns that are class labels.</returns>
    /// <exception cref="DatasetException">The entry is no JSON.</exception>
    internal static IReadOnlyDictionary<string, ClassLabel> Read(IReadOnlyDictionary<string, string> metadata, string file)
    {
        var labels = new Dictionary<string, ClassLabel>(StringComparer.Ordinal);
        if (!metadata.TryGetValue("huggingface", out var json))
            return labels;
        try
        {
            using var document = JsonDocument.Parse(json);
            if (document.RootElement.TryGetProperty("info", out var info) && info.TryGetProperty("features", out var features))
                foreach (var feature in features.EnumerateObject())
                    if (feature.Value.TryGetProperty("_type", out var type) && type.ValueEquals("ClassLabel") && feature.Value.TryGetProperty("names", out var names))
                        labels.Add(feature.Name, new ClassLabel([.. names.EnumerateArray().Select(name => name.GetString()!)]));
            return labels;
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            throw new DatasetException($"'{file}': the entry 'huggingface' of its metadata cannot be read: {error.Message}", error);
        }
    }
}
