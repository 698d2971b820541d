using System.Globalization;
using System.Text.Json.Nodes;
using PeftSharp.Internal;

namespace PeftSharp.Tokenization;

/// <summary>Reads the settings of a tokenizer outside of its pipeline, with the precedence of transformers 5.</summary>
/// <param name="files">The folder.</param>
/// <param name="kind">The tokenizer class, whose values are the defaults.</param>
/// <param name="file">The pipeline in tokenizer.json; null if there is no such file.</param>
/// <param name="source">The vocabulary of SentencePiece or tiktoken; null if there is none.</param>
internal sealed class TokenizerConfigReader(TokenizerFolder files, TokenizerKind kind, TokenizerPipeline? file, VocabularySource? source)
{
    private const string ModelSpecific = "model_specific_special_tokens";
    private static readonly string[] NotTokens = ["add_bos_token", "add_eos_token"];
    private readonly JsonObject _fields = (JsonObject)files.Config.DeepClone();

    /// <exception cref="TokenizerException">The value of a field is invalid.</exception>
    internal TokenizerConfig Read()
    {
        if (files.Flag("split_special_tokens") == true)
            throw new TokenizerException(
                $"'{files.File("tokenizer_config.json")}' sets split_special_tokens, which is not supported: "
                + "special tokens in a text are always matched as a whole. Remove the field to load the tokenizer.");
        if (_fields["extra_special_tokens"] is not (JsonArray { Count: > 0 } or JsonObject { Count: > 0 })
            && _fields.Remove("additional_special_tokens", out var additional))
            _fields["extra_special_tokens"] = additional;
        var hasDecoder = _fields["added_tokens_decoder"] is not null;
        if (!hasDecoder)
            AddSpecialTokensMap();
        var named = NamedTokens();
        var extra = ReadExtraTokens();
        var special = ReadSpecialTokens();
        var added = hasDecoder ? ReadAddedTokens() : AddedTokensOfFiles(named);
        var names = special.Values.Select(token => token.Content).ToHashSet(StringComparer.Ordinal);
        // A token with a name is special, regardless of the list of added tokens. Its other properties are those in the list.
        var tokens = added.Values
            .Select(token => names.Contains(token.Content) && !token.Special
                ? token with { Special = true, Normalized = token.Normalized }
                : token)
            .ToArray();
        var byText = tokens.DistinctBy(token => token.Content).ToDictionary(token => token.Content, StringComparer.Ordinal);
        return new TokenizerConfig
        {
            Source = files.Config,
            ChatTemplates = ReadChatTemplates(),
            TokenizerClass = kind.ClassName,
            ModelInputNames = ReadModelInputNames() ?? kind.ModelInputNames,
            ModelMaxLength = ReadMaxLength(),
            PaddingSide = Side("padding_side", PaddingSide.Left, PaddingSide.Right) ?? file?.Defaults.PaddingSide ?? kind.PaddingSide,
            TruncationSide = Side("truncation_side", TruncationSide.Left, TruncationSide.Right) ?? file?.Defaults.TruncationSide
                ?? TruncationSide.Right,
            CleanUpTokenizationSpaces = files.Flag("clean_up_tokenization_spaces") ?? false,
            SpecialTokens = special.ToDictionary(
                entry => entry.Key, entry => byText.GetValueOrDefault(entry.Value.Content, entry.Value), StringComparer.Ordinal),
            ModelSpecificNames = [.. special.Keys.Except(TokenizerConfig.StandardNames)],
            ExtraSpecialTokens = extra,
            AddedTokens = tokens,
        };
    }

    // As in transformers, fields of the older file have precedence over those of tokenizer_config.json, except that the two lists of
    // extra_special_tokens are concatenated.
    private void AddSpecialTokensMap()
    {
        foreach (var (name, value) in JsonFile.ReadObjectIfThere(files.File("special_tokens_map.json")))
        {
            if (name == "extra_special_tokens" && value is JsonArray list && _fields[name] is JsonArray known)
            {
                foreach (var token in list.Where(token => !known.Any(other => PythonJson.AreEqual(other, token))))
                    known.Add(token?.DeepClone());
            }
            else
            {
                _fields[name] = value?.DeepClone();
            }
        }
    }

    private List<AddedToken> ReadExtraTokens()
    {
        var name = _fields["extra_special_tokens"] is JsonArray { Count: > 0 } or JsonObject { Count: > 0 }
            ? "extra_special_tokens"
            : "additional_special_tokens";
        return _fields[name] switch
        {
            null when !_fields.ContainsKey("extra_special_tokens") =>
                [.. kind.ExtraSpecialTokens(files, source?.AddedTokens ?? [])],
            null or JsonObject => [],                       // named tokens; see ReadSpecialTokens
            JsonArray list => [.. list.Select(token => ReadToken(name, token, special: true))],
            var other => throw files.Unfit(name, other, "a list of tokens"),
        };
    }

    // The standard names, then the names specific to the model: fields that end with _token, and the entries of the three fields below, if
    // they are objects.
    private Dictionary<string, AddedToken> ReadSpecialTokens()
    {
        var result = new Dictionary<string, AddedToken>(StringComparer.Ordinal);
        foreach (var name in TokenizerConfig.StandardNames)
        {
            if (_fields.TryGetPropertyValue(name, out var value))
            {
                if (value is not null)
                    result[name] = ReadToken(name, value, special: true);
            }
            else if (kind.SpecialTokens.TryGetValue(name, out var ofClass))
            {
                if (ofClass is not null)
                    result[name] = new AddedToken(ofClass) { Special = true };
            }
            else if (name == "pad_token" && file?.Defaults.PadToken is { } padToken)
            {
                result[name] = new AddedToken(padToken) { Special = true };
            }
        }
        foreach (var (name, value) in _fields)
            if (name.EndsWith("_token", StringComparison.Ordinal) && !TokenizerConfig.StandardNames.Contains(name)
                && !NotTokens.Contains(name) && IsToken(value))
                result[name] = ReadToken(name, value, special: true);
        foreach (var field in new[] { ModelSpecific, "extra_special_tokens", "additional_special_tokens" })
            if (_fields[field] is JsonObject named)
                foreach (var (name, value) in named)
                    result[name] = ReadToken($"{field}.{name}", value, special: true);
        return result;
    }

    private SortedDictionary<int, AddedToken> ReadAddedTokens()
    {
        var result = new SortedDictionary<int, AddedToken>();
        foreach (var (id, token) in _fields["added_tokens_decoder"] as JsonObject
            ?? throw files.Unfit("added_tokens_decoder", _fields["added_tokens_decoder"], "an object of ids and tokens"))
        {
            if (!int.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out var number) || token is not JsonObject)
                throw files.Unfit($"added_tokens_decoder.{id}", token, "an object with the properties of the token");
            result[number] = ReadToken($"added_tokens_decoder.{id}", token, special: false);
        }
        // As in transformers: if the vocabulary is a tiktoken file, each id after its last one that added_tokens_decoder omits gets a
        // reserved token, up to the largest id in added_tokens_decoder.
        if (source?.Tiktoken is { } ranks && result.Count > 0)
            for (var id = ranks.Vocabulary.Count; id < result.Keys.Max(); id++)
                result.TryAdd(id, new AddedToken($"<|reserved_token_{id.ToString(CultureInfo.InvariantCulture)}|>") { Special = true });
        return result;
    }

    // Tokens of added_tokens.json are special if the standard fields or extra_special_tokens of tokenizer_config.json contain them. As in
    // transformers, the special tokens of the class and additional_special_tokens in special_tokens_map.json are not used here.
    private HashSet<string> NamedTokens() => TokenizerConfig.StandardNames.Select(name => (Name: name, Token: _fields[name]))
        .Concat(_fields["extra_special_tokens"] is JsonArray list ? list.Select(token => (Name: "extra_special_tokens", Token: token)) : [])
        .Where(entry => entry.Token is not null).Select(entry => ReadToken(entry.Name, entry.Token, special: true).Content)
        .ToHashSet(StringComparer.Ordinal);

    private SortedDictionary<int, AddedToken> AddedTokensOfFiles(HashSet<string> special)
    {
        var result = new SortedDictionary<int, AddedToken>();
        var path = files.File("added_tokens.json");
        if (files.Has("added_tokens.json"))
            foreach (var (token, id) in JsonFile.Vocabulary(JsonFile.Read(path), path))
                result[id] = new AddedToken(token) { Special = special.Contains(token) };
        foreach (var (id, token) in file?.Added.Tokens ?? new Dictionary<int, AddedToken>())
            result[id] = token;
        return result;
    }

    private static bool IsToken(JsonNode? node) => node is JsonObject || node is JsonValue value && value.TryGetValue<string>(out _);

    // The node is a string, or an object with the properties of AddedToken.
    private AddedToken ReadToken(string name, JsonNode? node, bool special)
    {
        if (node is JsonValue value && value.TryGetValue<string>(out var text))
            return new AddedToken(text) { Special = special };
        const string Expected = "a token (a string, or an object with the field content)";
        if (node is not JsonObject) throw files.Unfit(name, node, Expected);
        System.Text.Json.JsonElement element;
        try { element = System.Text.Json.JsonSerializer.SerializeToElement(node); }
        catch (Exception error) when (error is System.Text.Json.JsonException or ArgumentException)   // deep nesting, NaN
        {
            throw files.Unfit(name, node, Expected);
        }
        var token = TokenizerJsonReader.ReadAddedToken(new JsonPart(element, files.File("tokenizer_config.json"), node.GetPath()));
        // Normalized is set, because its default depends on Special.
        return special ? token with { Special = true, Normalized = token.Normalized } : token;
    }

    private string[]? ReadModelInputNames() => files.Config["model_input_names"] switch
    {
        null => null,
        JsonArray names => [.. names.Select(name => name is JsonValue value && value.TryGetValue<string>(out var text)
            ? text
            : throw files.Unfit("model_input_names", names, "a list of strings"))],
        var other => throw files.Unfit("model_input_names", other, "a list of strings"),
    };

    // Python writes 1e30 if there is no limit.
    private int? ReadMaxLength()
    {
        var name = files.Config["model_max_length"] is null ? "max_len" : "model_max_length";
        return files.Config[name] switch
        {
            null => null,
            JsonValue value when value.GetValueKind() == System.Text.Json.JsonValueKind.Number
                && double.TryParse(PythonJson.Dumps(value), CultureInfo.InvariantCulture, out var number) =>
                number < int.MaxValue ? (int)number : null,
            var other => throw files.Unfit(name, other, "a number"),
        };
    }

    private T? Side<T>(string name, T left, T right) where T : struct => files.Text(name) switch
    {
        null => null,
        "left" => left,
        "right" => right,
        _ => throw files.Unfit(name, files.Config[name], "\"left\" or \"right\""),
    };

    // Files have precedence over the field of tokenizer_config.json, as in transformers.
    private Dictionary<string, string> ReadChatTemplates()
    {
        var result = new Dictionary<string, string>(StringComparer.Ordinal);
        if (files.Has(TokenizerConfig.ChatTemplateFile))
            result[TokenizerConfig.DefaultChatTemplate] = TextFile.Read(files.File(TokenizerConfig.ChatTemplateFile));
        var folder = files.File(TokenizerConfig.ChatTemplateFolder);
        if (Directory.Exists(folder))
            foreach (var path in Directory.EnumerateFiles(folder, "*.jinja").Order(StringComparer.Ordinal))
                result[Path.GetFileNameWithoutExtension(path)] = TextFile.Read(path);
        return result.Count > 0 ? result : ChatTemplatesOfConfig();
    }

    private Dictionary<string, string> ChatTemplatesOfConfig()
    {
        const string Name = "chat_template";
        var result = new Dictionary<string, string>(StringComparer.Ordinal);
        var field = files.Config[Name];
        if (field is JsonArray list)
            foreach (var entry in list)
                result[Member(entry, "name")] = Member(entry, "template");
        else if (field is not null)
            result[TokenizerConfig.DefaultChatTemplate] = files.Text(Name)!;
        return result;

        string Member(JsonNode? entry, string member) =>
            (entry as JsonObject)?[member] is JsonValue value && value.TryGetValue(out string? text)
                ? text
                : throw files.Unfit(Name, entry, "a list of objects with name and template");
    }
}
