using System.Text.Json.Nodes;
using PeftSharp.Internal;

namespace PeftSharp.Tokenization;

/// <summary>A folder with the files of a tokenizer, in any of the forms that transformers reads.</summary>
internal sealed class TokenizerFolder
{
    private readonly string _path;
    private readonly JsonObject _model;

    /// <exception cref="TokenizerException">There is no such folder, or a file in it is malformed.</exception>
    internal TokenizerFolder(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        _path = FolderAccess.Obstacle(path, "tokenizer.json and tokenizer_config.json, or vocab.txt, or vocab.json and merges.txt") is { } obstacle ? throw new TokenizerException(obstacle) : path;
        Config = JsonFile.ReadObjectIfThere(File("tokenizer_config.json"));
        _model = JsonFile.ReadObjectIfThere(File("config.json"));
    }

    /// <summary>transformers' tokenizer class as tokenizer_config.json names it, else config.json; null where neither does.</summary>
    internal string? TokenizerClass => TextIn(Config, "tokenizer_class") ?? TextIn(_model, "tokenizer_class");

    /// <summary>The model's family, <c>model_type</c> in config.json; null where there is none.</summary>
    internal string? ModelType => TextIn(_model, "model_type");

    /// <summary>tokenizer_config.json; empty without the file.</summary>
    internal JsonObject Config { get; }

    internal bool Has(string file) => System.IO.File.Exists(File(file));

    internal string File(string name) => Path.Combine(_path, name);

    /// <summary>An option of tokenizer_config.json; null where it is absent or null.</summary>
    /// <exception cref="TokenizerException">It is neither true nor false.</exception>
    internal bool? Flag(string name) => Config[name] switch
    {
        null => null,
        JsonValue value when value.TryGetValue<bool>(out var flag) => flag,
        var other => throw Unfit(name, other, "true or false"),
    };

    /// <summary>A text in tokenizer_config.json; null where it is absent or null.</summary>
    /// <exception cref="TokenizerException">It is not a text.</exception>
    internal string? Text(string name) => Config[name] switch
    {
        null => null,
        JsonValue value when value.TryGetValue<string>(out var text) => text,
        var other => throw Unfit(name, other, "a text"),
    };

    /// <summary>Leaves fields of tokenizer_config.json out of account.</summary>
    internal void Remove(params ReadOnlySpan<string> fields)
    {
        foreach (var field in fields)
            Config.Remove(field);
    }

    /// <summary>The error for a field of tokenizer_config.json.</summary>
    internal TokenizerException Unfit(string name, JsonNode? value, string expected) =>
        new($"'{File("tokenizer_config.json")}' sets {name} to {value?.ToJsonString() ?? "null"}, where {expected} is expected.");

    /// <summary>The error for a folder without the files needed.</summary>
    internal TokenizerException Missing(string needed)
    {
        var found = Directory.EnumerateFiles(_path).Select(Path.GetFileName).Order(StringComparer.Ordinal).ToArray();
        return new TokenizerException($"'{_path}' has no tokenizer: looked for {needed}; found {(found.Length == 0 ? "no file" : string.Join(", ", found))}.");
    }

    private static string? TextIn(JsonObject json, string name) => json[name] is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;
}
