using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using PeftSharp.Internal;

namespace PeftSharp.Tokenization;

public sealed partial class Tokenizer
{
    private static readonly JsonSerializerOptions Indented = new()
    {
        WriteIndented = true, IndentSize = 2, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        NumberHandling = System.Text.Json.Serialization.JsonNumberHandling.AllowNamedFloatingPointLiterals,
    };

    // These fields are saved in another form or file, or are valid only for the folder from which the tokenizer was loaded.
    private static readonly string[] NotSaved =
    [
        "added_tokens_decoder", "additional_special_tokens", "name_or_path", "special_tokens_map_file", "tokenizer_file", "vocab_file",
        "merges_file", "add_bos_token", "add_eos_token", "max_len", "extra_special_tokens", "chat_template",
    ];

    /// <summary>
    /// Saves <c>tokenizer.json</c>, <c>tokenizer_config.json</c> and the chat templates (<c>chat_template.jinja</c> and the folder
    /// <c>additional_chat_templates</c>). <c>AutoTokenizer</c> and transformers can load these files.
    /// </summary>
    /// <param name="folder">The folder to write to; created if it does not exist.</param>
    /// <exception cref="IOException">The folder cannot be written.</exception>
    /// <exception cref="NotSupportedException"><see cref="CanSave"/> is false.</exception>
    /// <exception cref="TokenizerException">The name of a chat template cannot be the name of a file.</exception>
    public void SavePretrained(string folder)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        if (!CanSave)
            throw new NotSupportedException(
                $"The tokenizer cannot be saved to '{folder}': it was created by Tokenizer.FromBackend and has no tokenizer.json. "
                + "Save the files of the backend's library with the model.");
        FolderAccess.Create(folder);
        using var files = new StagedFiles();
        void Write(string name, string text) =>
            files.Write(Path.Combine(folder, name), stream => stream.Write(System.Text.Encoding.UTF8.GetBytes(text)));
        Write("tokenizer.json", PipelineToJson().ToJsonString(Indented) + "\n");
        Write("tokenizer_config.json", ConfigToJson().ToJsonString(Indented) + "\n");
        foreach (var (name, template) in _config.ChatTemplates)
            Write(ChatTemplatePath(folder, name), template);
        files.Commit();
    }

    /// <summary>The name of the class in transformers.</summary>
    internal string ClassName => _config.TokenizerClass;

    /// <summary>
    /// Returns a hash of everything that <see cref="SavePretrained"/> saves. Two tokenizers with the same hash have the same results.
    /// </summary>
    internal string ContentHash()
    {
        var text = PipelineToJson().ToJsonString() + ConfigToJson().ToJsonString();
        return Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(text)));
    }

    private static string ChatTemplatePath(string folder, string name)
    {
        if (name == TokenizerConfig.DefaultChatTemplate)
            return TokenizerConfig.ChatTemplateFile;
        if (name.Length == 0 || name.AsSpan().ContainsAny('/', '\\') || name.AsSpan().ContainsAny(Path.GetInvalidFileNameChars()))
            throw new TokenizerException($"The chat template '{name}' cannot be saved, because its name cannot be the name of a file.");
        FolderAccess.Create(Path.Combine(folder, TokenizerConfig.ChatTemplateFolder));
        return Path.Combine(TokenizerConfig.ChatTemplateFolder, name + ".jinja");
    }

    private JsonObject PipelineToJson() => new()
    {
        ["version"] = "1.0",
        ["truncation"] = null,
        ["padding"] = null,
        ["added_tokens"] = new JsonArray([.. _pipeline.Added.Tokens.Select(entry => new JsonObject
        {
            ["id"] = entry.Key,
            ["content"] = entry.Value.Content,
            ["single_word"] = entry.Value.SingleWord,
            ["lstrip"] = entry.Value.LStrip,
            ["rstrip"] = entry.Value.RStrip,
            ["normalized"] = entry.Value.Normalized,
            ["special"] = entry.Value.Special,
        })]),
        ["normalizer"] = _pipeline.Normalizer?.ToJson(),
        ["pre_tokenizer"] = _pipeline.PreTokenizer?.ToJson(),
        ["post_processor"] = _pipeline.PostProcessor?.ToJson(),
        ["decoder"] = _pipeline.Decoder?.ToJson(),
        ["model"] = _pipeline.Model.ToJson(),
    };

    private JsonObject ConfigToJson()
    {
        var config = new SortedDictionary<string, JsonNode?>(StringComparer.Ordinal);
        foreach (var (name, value) in _config.Source)
            if (!NotSaved.Contains(name))
                config[name] = value?.DeepClone();
        foreach (var name in _config.SpecialTokenNames)
            if (config.ContainsKey(name) || Special(name) is not null)
                config[name] = Special(name);
        if (_config.ModelSpecificNames.Count > 0)
            config["model_specific_special_tokens"] = new JsonObject(_config.ModelSpecificNames.Where(_config.SpecialTokens.ContainsKey)
                .Select(name => KeyValuePair.Create(name, (JsonNode?)Special(name))));
        if (_config.ExtraSpecialTokens.Count > 0)
            config["extra_special_tokens"] = new JsonArray([.. ExtraSpecialTokens.Select(token => (JsonNode)token)]);
        config["model_input_names"] = new JsonArray([.. ModelInputNames.Select(name => (JsonNode)name)]);
        // The value that transformers writes for "no limit".
        config["model_max_length"] = ModelMaxLength is { } limit ? limit : JsonNode.Parse("1000000000000000019884624838656");
        config["padding_side"] = PaddingSide == PaddingSide.Left ? "left" : "right";
        config["truncation_side"] = TruncationSide == TruncationSide.Left ? "left" : "right";
        config["tokenizer_class"] = _config.TokenizerClass;
        return new JsonObject(config);
    }
}
