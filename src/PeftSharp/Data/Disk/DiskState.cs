using System.Text.Json;
using System.Text.Json.Nodes;
using PeftSharp.Internal;

namespace PeftSharp.Data;

/// <summary>The files <c>state.json</c> and <c>dataset_info.json</c> of a saved dataset.</summary>
/// <param name="DataFiles">The paths of the data files.</param>
/// <param name="Features">The declared types by column; empty if there is no declaration.</param>
/// <param name="Format">The format of the dataset.</param>
/// <param name="Split">The name of the split; null: none.</param>
internal sealed record DiskState(
    IReadOnlyList<string> DataFiles, IReadOnlyDictionary<string, JsonElement> Features, DatasetFormat Format, string? Split)
{
    /// <summary>
    /// Writes the files as <c>save_to_disk</c> does. <c>state.json</c> is written last, because a folder without this file cannot be
    /// loaded.
    /// </summary>
    internal static void Write(
        string folder, IEnumerable<string> dataFiles, JsonObject features, DatasetFormat format, string? split, string fingerprint)
    {
        var info = new JsonObject
        {
            ["citation"] = "",
            ["description"] = "",
            ["features"] = features,
            ["homepage"] = "",
            ["license"] = "",
        };
        AtomicFile.WriteText(Path.Combine(folder, DiskLayout.Info), PythonJson.Dumps(info, sortKeys: false));
        var state = new JsonObject
        {
            ["_data_files"] = new JsonArray([.. dataFiles.Select(file => new JsonObject { ["filename"] = file })]),
            ["_fingerprint"] = fingerprint,
            ["_format_columns"] = format.Columns is { } columns ? new JsonArray([.. columns.Select(name => JsonValue.Create(name))]) : null,
            ["_format_kwargs"] = new JsonObject(),
            ["_format_type"] = format.Type,
            ["_output_all_columns"] = format.OutputAllColumns,
            ["_split"] = split,
        };
        AtomicFile.WriteText(Path.Combine(folder, DiskLayout.State), PythonJson.Dumps(state));
    }

    /// <exception cref="DatasetException">A file is missing or malformed.</exception>
    internal static DiskState Read(string folder)
    {
        var statePath = Path.Combine(folder, DiskLayout.State);
        var state = ReadJson(statePath);
        if (state.TryGetProperty("_indices_data_files", out var indices) && indices is { ValueKind: JsonValueKind.Array }
            && indices.GetArrayLength() > 0)
            throw new DatasetException($"'{statePath}' was written by an early version of datasets, with the row indices in separate files "
                + "(_indices_data_files), which is not supported. Load the dataset with this version in Python, call flatten_indices, and "
                + "save the result.");
        if (!state.TryGetProperty("_data_files", out var files) || files.ValueKind != JsonValueKind.Array)
            throw new DatasetException($"'{statePath}' has no list '_data_files'. {Remedy}");
        var info = ReadJson(Path.Combine(folder, DiskLayout.Info));
        return new DiskState([.. files.EnumerateArray().Select(file => DataFile(folder, file, statePath))], FeaturesOf(info),
            FormatOf(state, statePath), Text(state, "_split"));
    }

    private const string Remedy = "The folder is incomplete or damaged: save the dataset again.";

    private static string DataFile(string folder, JsonElement file, string statePath)
    {
        if (Text(file, "filename") is not { Length: > 0 } name)
            throw new DatasetException($"'{statePath}': an entry of '_data_files' has no 'filename'. {Remedy}");
        if (name.Contains('\0', StringComparison.Ordinal))
            throw new DatasetException($"'{statePath}': the name of a data file contains the character U+0000. {Remedy}");
        var (root, path) = (Path.GetFullPath(folder), Path.GetFullPath(Path.Combine(folder, name)));
        return path.StartsWith(Path.TrimEndingDirectorySeparator(root) + Path.DirectorySeparatorChar, StringComparison.Ordinal)
            ? path
            : throw new DatasetException($"'{statePath}': the data file '{name}' is not in the folder of the dataset. Only files in the "
                + "folder are loaded.");
    }

    private static Dictionary<string, JsonElement> FeaturesOf(JsonElement info)
    {
        var features = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        if (info.TryGetProperty("features", out var declared) && declared.ValueKind == JsonValueKind.Object)
            foreach (var feature in declared.EnumerateObject())
                features[feature.Name] = feature.Value;
        return features;
    }

    /// <remarks>
    /// Other formats of Python, such as numpy, are ignored. Like "torch", they would have no effect, because rows contain .NET values.
    /// </remarks>
    private static DatasetFormat FormatOf(JsonElement state, string statePath)
    {
        IReadOnlyList<string>? columns = null;
        if (state.TryGetProperty("_format_columns", out var names) && names.ValueKind == JsonValueKind.Array)
            columns = names.EnumerateArray().All(name => name.ValueKind == JsonValueKind.String)
                ? [.. names.EnumerateArray().Select(name => name.GetString()!)]
                : throw new DatasetException($"'{statePath}': '_format_columns' contains a value that is not text. {Remedy}");
        return new DatasetFormat(Text(state, "_format_type") is "torch" ? "torch" : null, columns,
            state.TryGetProperty("_output_all_columns", out var all) && all.ValueKind == JsonValueKind.True);
    }

    private static JsonElement ReadJson(string path)
    {
        try
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(path));
            JsonTexts.RequireUnicode(document.RootElement);
            return document.RootElement.ValueKind == JsonValueKind.Object
                ? document.RootElement.Clone()
                : throw new DatasetException($"'{path}' is not a JSON object. {Remedy}");
        }
        catch (Exception error) when (error is JsonException or IOException or UnauthorizedAccessException
            or InvalidOperationException)
        {
            throw new DatasetException($"'{path}' cannot be read ({error.Message}). {Remedy}", error);
        }
    }

    private static string? Text(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : null;
}
