using System.Text.Json.Nodes;
using PeftSharp.Hub;
using PeftSharp.Internal;

namespace PeftSharp.Tokenization;

/// <summary>A folder with the files of a tokenizer, in any of the formats that transformers supports.</summary>
internal sealed class TokenizerFolder
{
    /// <summary>The number of files that a message names.</summary>
    private const int MaxNamed = 10;

    private readonly string _path;
    private readonly JsonObject _model;

    /// <param name="path">A folder or, if there is no such folder, a name on the Hugging Face Hub.</param>
    /// <param name="revision">Branch, tag or commit of the repository on the Hub. Null: <c>main</c>.</param>
    /// <param name="hub">Options of the download. Null: the defaults.</param>
    /// <param name="cancellationToken">Cancels the download.</param>
    /// <exception cref="TokenizerException">The folder does not exist, or a file in it is malformed.</exception>
    /// <exception cref="HubException">The files cannot be downloaded.</exception>
    internal TokenizerFolder(string path, string? revision = null, HubOptions? hub = null, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        path = HubFolder.Resolve(path, HubFiles.OfTokenizer, revision, hub, cancellationToken);
        const string Expected = "tokenizer.json and tokenizer_config.json, or vocab.txt, or vocab.json and merges.txt, or tokenizer.model";
        _path = FolderAccess.Obstacle(path, Expected) is { } obstacle ? throw new TokenizerException(obstacle) : path;
        Config = JsonFile.ReadObjectIfThere(File("tokenizer_config.json"));
        _model = JsonFile.ReadObjectIfThere(File("config.json"));
    }

    /// <summary>
    /// The tokenizer class in transformers, from tokenizer_config.json, otherwise from config.json; null if neither contains it.
    /// </summary>
    internal string? TokenizerClass => TextIn(Config, "tokenizer_class") ?? TextIn(_model, "tokenizer_class");

    /// <summary>The model type, <c>model_type</c> in config.json; null if there is none.</summary>
    internal string? ModelType => TextIn(_model, "model_type");

    /// <summary>The content of tokenizer_config.json; empty if there is no such file.</summary>
    internal JsonObject Config { get; }

    /// <summary>
    /// Returns the name of the file with a SentencePiece or tiktoken vocabulary: the file of the class, or a file that every class
    /// supports; null if there is none.
    /// </summary>
    /// <param name="ofClass">The name of the file of the class; null: the class has no such file.</param>
    internal string? VocabularyModel(string? ofClass)
    {
        string?[] names = [ofClass, "tokenizer.model", "tiktoken.model"];
        return names.FirstOrDefault(name => name is not null && Has(name))
            ?? Directory.EnumerateFiles(_path, "*.tiktoken").Select(Path.GetFileName).Order(StringComparer.Ordinal).FirstOrDefault();
    }

    /// <summary>Whether tokenizer.json has a byte-level component or, without that file, the vocabulary is a tiktoken vocabulary.</summary>
    internal bool HasByteLevelVocabulary => Has("tokenizer.json")
        ? System.IO.File.ReadAllText(File("tokenizer.json")).Contains("\"ByteLevel\"", StringComparison.Ordinal)
        : VocabularyModel(null) is { } name && TiktokenFile.IsTiktoken(File(name));

    internal bool Has(string file) => System.IO.File.Exists(File(file));

    internal string File(string name) => Path.Combine(_path, name);

    /// <summary>Returns a Boolean in tokenizer_config.json; null if it is absent or null.</summary>
    /// <exception cref="TokenizerException">The value is not a Boolean.</exception>
    internal bool? Flag(string name) => Config[name] switch
    {
        null => null,
        JsonValue value when value.TryGetValue<bool>(out var flag) => flag,
        var other => throw Unfit(name, other, "true or false"),
    };

    /// <summary>Returns an integer in tokenizer_config.json; null if it is absent or null.</summary>
    /// <exception cref="TokenizerException">The value is not an integer.</exception>
    internal int? Number(string name) => Config[name] switch
    {
        null => null,
        JsonValue value when value.TryGetValue<int>(out var number) => number,
        var other => throw Unfit(name, other, "an integer"),
    };

    /// <summary>Returns a string in tokenizer_config.json; null if it is absent or null.</summary>
    /// <exception cref="TokenizerException">The value is not a string.</exception>
    internal string? Text(string name) => Config[name] switch
    {
        null => null,
        JsonValue value when value.TryGetValue<string>(out var text) => text,
        var other => throw Unfit(name, other, "a text"),
    };

    /// <summary>Removes fields of tokenizer_config.json, so that they are ignored.</summary>
    internal void Remove(params ReadOnlySpan<string> fields)
    {
        foreach (var field in fields)
            Config.Remove(field);
    }

    /// <summary>Creates the exception for a field of tokenizer_config.json.</summary>
    internal TokenizerException Unfit(string name, JsonNode? value, string expected) =>
        new($"'{File("tokenizer_config.json")}' sets {name} to {PythonJson.Show(value)}, but {expected} is expected.");

    /// <summary>Creates the exception for missing files.</summary>
    internal TokenizerException Missing(string needed)
    {
        var found = Directory.EnumerateFiles(_path).Select(Path.GetFileName).Order(StringComparer.Ordinal).ToArray();
        return new TokenizerException(
            $"'{_path}' does not contain a tokenizer. Expected files: {needed}. Files found: "
            + $"{(found.Length == 0 ? "none" : string.Join(", ", found.Take(MaxNamed)))}"
            + $"{(found.Length > MaxNamed ? $" and {found.Length - MaxNamed} more" : "")}."
            + $"{(found.Contains("config.json") ? $" Save the tokenizer beside the model: tokenizer.SavePretrained(\"{_path}\")." : "")}");
    }

    private static string? TextIn(JsonObject json, string name) =>
        json[name] is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;
}
