using System.Text.Json.Nodes;
using PeftSharp.Internal;

namespace PeftSharp.Tokenization;

/// <summary>A folder with the files of a tokenizer, in any of the forms that transformers reads.</summary>
internal sealed class TokenizerFolder
{
    private const string Unlimited = "1000000000000000019884624838656";
    private readonly string _path;
    private readonly JsonObject _config;

    /// <exception cref="TokenizerException">There is no such folder, or a file in it is malformed.</exception>
    internal TokenizerFolder(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        _path = FolderAccess.Obstacle(path, "tokenizer.json and tokenizer_config.json, or vocab.txt, or vocab.json and merges.txt") is { } obstacle ? throw new TokenizerException(obstacle) : path;
        _config = JsonFile.ReadObjectIfThere(File("tokenizer_config.json"));
    }

    /// <summary>transformers' class, without an ending "Fast": as tokenizer_config.json says, else as the model in config.json has it; null where neither tells.</summary>
    internal string? TokenizerClass => (TextIn(_config, "tokenizer_class") ?? ClassOfModel())?.Replace("Fast", "", StringComparison.Ordinal);

    internal JsonObject Config => _config;

    internal bool Has(string file) => System.IO.File.Exists(File(file));

    internal string File(string name) => Path.Combine(_path, name);

    /// <summary>What the configuration says of an option; null where it says nothing.</summary>
    internal bool? Flag(string name) => _config[name] is JsonValue value && value.TryGetValue<bool>(out var flag) ? flag : null;

    /// <summary>The error for a folder without the files needed.</summary>
    internal TokenizerException Missing(string needed)
    {
        var found = Directory.EnumerateFiles(_path).Select(Path.GetFileName).Order(StringComparer.Ordinal).ToArray();
        return new TokenizerException($"'{_path}' has no tokenizer: looked for {needed}; found {(found.Length == 0 ? "no file" : string.Join(", ", found))}.");
    }

    /// <summary>All that the files say besides the pipeline.</summary>
    /// <param name="tokenizerClass">transformers' class.</param>
    /// <param name="modelInputNames">What its models take unless the files say otherwise.</param>
    /// <param name="specialTokens">Its special tokens unless the files say otherwise.</param>
    /// <param name="fromFile">The added tokens of tokenizer.json, whose properties special tokens take.</param>
    /// <param name="defaults">What tokenizer.json says where tokenizer_config.json is silent.</param>
    internal TokenizerConfig ReadConfig(string tokenizerClass, IReadOnlyList<string> modelInputNames, IReadOnlyDictionary<string, string> specialTokens, IEnumerable<AddedToken> fromFile, TokenizerDefaults? defaults = null)
    {
        if (Flag("split_special_tokens") == true)
            throw new TokenizerException($"'{File("tokenizer_config.json")}' sets split_special_tokens, which is not supported: special tokens in a text are always found as a whole. Remove the field to read the tokenizer without it.");
        var added = new SortedDictionary<int, AddedToken>();
        var named = (JsonObject)_config.DeepClone();
        if (_config["added_tokens_decoder"] is JsonObject decoder)
        {
            foreach (var (id, token) in decoder)
                added[int.Parse(id, System.Globalization.CultureInfo.InvariantCulture)] = ReadToken(token!, special: false);
        }
        else
        {
            foreach (var (name, value) in JsonFile.ReadObjectIfThere(File("special_tokens_map.json")))
                named[name] = value?.DeepClone();
        }
        var extra = ReadTokens(named["extra_special_tokens"] ?? named["additional_special_tokens"]);
        var special = ReadSpecialTokens(named, specialTokens);
        if (defaults?.PadToken is { } padToken && !named.ContainsKey("pad_token")) special.TryAdd("pad_token", new AddedToken(padToken) { Special = true });
        if (_config["added_tokens_decoder"] is null)
            foreach (var (token, id) in JsonFile.ReadObjectIfThere(File("added_tokens.json")))
                added[id!.GetValue<int>()] = new AddedToken(token) { Special = special.Values.Concat(extra).Any(known => known.Content == token) };
        var known = fromFile.Concat(added.Values).DistinctBy(token => token.Content).ToDictionary(token => token.Content);
        return new TokenizerConfig
        {
            Source = _config,
            ChatTemplate = Has("chat_template.jinja") ? System.IO.File.ReadAllText(File("chat_template.jinja")) : null,
            TokenizerClass = tokenizerClass,
            ModelInputNames = _config["model_input_names"] is JsonArray names ? [.. names.Select(name => name!.GetValue<string>())] : modelInputNames,
            ModelMaxLength = ReadMaxLength(_config["model_max_length"] ?? _config["max_len"]),
            PaddingSide = IsLeft("padding_side") is { } padsLeft ? padsLeft ? PaddingSide.Left : PaddingSide.Right : defaults?.PaddingSide ?? PaddingSide.Right,
            TruncationSide = IsLeft("truncation_side") is { } cutsLeft ? cutsLeft ? TruncationSide.Left : TruncationSide.Right : defaults?.TruncationSide ?? TruncationSide.Right,
            CleanUpTokenizationSpaces = Flag("clean_up_tokenization_spaces") ?? false,
            SpecialTokens = special.ToDictionary(entry => entry.Key, entry => known.GetValueOrDefault(entry.Value.Content, entry.Value)),
            ExtraSpecialTokens = extra,
            AddedTokens = [.. added.Values],
        };
    }

    private Dictionary<string, AddedToken> ReadSpecialTokens(JsonObject named, IReadOnlyDictionary<string, string> defaults)
    {
        var result = new Dictionary<string, AddedToken>();
        foreach (var name in TokenizerConfig.SpecialTokenNames)
        {
            if (named.TryGetPropertyValue(name, out var value))
            {
                if (value is not null)
                    result[name] = ReadToken(value, special: true);
            }
            else if (defaults.TryGetValue(name, out var token))
            {
                result[name] = new AddedToken(token) { Special = true };
            }
        }
        return result;
    }

    private List<AddedToken> ReadTokens(JsonNode? node) => node switch
    {
        JsonArray list => [.. list.Select(token => ReadToken(token!, special: true))],
        JsonObject byName => [.. byName.Select(entry => ReadToken(entry.Value!, special: true))],
        _ => [],
    };

    // A text, or an object with the properties of AddedToken.
    private AddedToken ReadToken(JsonNode node, bool special)
    {
        if (node is JsonValue value && value.TryGetValue<string>(out var text))
            return new AddedToken(text) { Special = special };
        var part = new JsonPart(System.Text.Json.JsonSerializer.SerializeToElement(node), File("tokenizer_config.json"), node.GetPath());
        var token = TokenizerJsonReader.ReadAddedToken(part);
        return special ? token with { Special = true, Normalized = token.Normalized } : token;       // its own default stays
    }

    // Python writes 1e30 for "no limit".
    private static int? ReadMaxLength(JsonNode? node) => node is JsonValue value && node.ToJsonString() != Unlimited && value.TryGetValue<double>(out var number) && number < int.MaxValue ? (int)number : null;

    private bool? IsLeft(string name) => TextIn(_config, name) switch
    {
        null => null,
        "right" => false,
        "left" => true,
        var other => throw new TokenizerException($"'{File("tokenizer_config.json")}' gives {name} '{other}'; it is right or left."),
    };

    private string? ClassOfModel()
    {
        var config = JsonFile.ReadObjectIfThere(File("config.json"));
        return TextIn(config, "tokenizer_class") ?? TextIn(config, "model_type") switch { "bert" => "BertTokenizer", "gpt2" => "GPT2Tokenizer", _ => null };
    }

    private static string? TextIn(JsonObject json, string name) => json[name] is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;
}
