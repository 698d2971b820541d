using System.Text.Json;

namespace PeftSharp.Tokenization;

/// <summary>Reads the pipeline of <c>tokenizer.json</c>; the components are those listed here.</summary>
internal static class TokenizerJsonReader
{
    /// <exception cref="TokenizerException">The file is malformed or uses a component that is not built in.</exception>
    internal static TokenizerPipeline Read(string path)
    {
        var file = new JsonPart(JsonFile.Read(path), path, "$");
        if (file.TextOrNull("version") is not (null or "1.0"))
            throw new TokenizerException($"'{path}' is of version {file.Text("version")}; version 1.0 is supported.");
        var pipeline = new TokenizerPipeline(Optional(file["normalizer"], ReadNormalizer), Optional(file["pre_tokenizer"], ReadPreTokenizer), ReadModel(file["model"]),
            Optional(file["post_processor"], ReadPostProcessor), Optional(file["decoder"], ReadDecoder))
        {
            Defaults = new TokenizerDefaults
            {
                PadToken = file["padding"].TextOrNull("pad_token"),
                PaddingSide = file["padding"].TextOrNull("direction") switch { null => null, "Left" => PaddingSide.Left, "Right" => PaddingSide.Right, _ => throw file["padding"]["direction"].Unfit("Left or Right") },
                TruncationSide = file["truncation"].TextOrNull("direction") switch { null => null, "Left" => TruncationSide.Left, "Right" => TruncationSide.Right, _ => throw file["truncation"]["direction"].Unfit("Left or Right") },
            },
        };
        pipeline.Added.Add(file["added_tokens"].IsNull ? [] : file.Items("added_tokens").Select(ReadAddedToken));
        return pipeline;
    }

    internal static AddedToken ReadAddedToken(JsonPart part) => new(part.Text("content"))
    {
        SingleWord = part.Flag("single_word", absent: false),
        LStrip = part.Flag("lstrip", absent: false),
        RStrip = part.Flag("rstrip", absent: false),
        Special = part.Flag("special", absent: false),
        Normalized = part.Flag("normalized", absent: !part.Flag("special", absent: false)),
    };

    private static T? Optional<T>(JsonPart part, Func<JsonPart, T> read) where T : class => part.IsNull ? null : read(part);

    private static Normalizer ReadNormalizer(JsonPart part) => part.Type switch
    {
        "BertNormalizer" => new BertNormalizer(new BertNormalizerOptions(part.Flag("clean_text"), part.Flag("handle_chinese_chars"),
            part["strip_accents"].IsNull ? null : part.Flag("strip_accents"), part.Flag("lowercase"))),
        "Lowercase" => new Lowercase(),
        "NFC" => UnicodeForm.Nfc,
        "NFD" => UnicodeForm.Nfd,
        "NFKC" => UnicodeForm.Nfkc,
        "NFKD" => UnicodeForm.Nfkd,
        "Prepend" => new Prepend(part.Text("prepend")),
        "Replace" => new Replace(ReadPattern(part["pattern"]), part.Text("content")),
        "Sequence" => new NormalizerSequence([.. part.Items("normalizers").Select(ReadNormalizer)]),
        "StripAccents" => new StripAccents(),
        _ => throw part.Unknown("normalizer", "BertNormalizer", "Lowercase", "NFC", "NFD", "NFKC", "NFKD", "Prepend", "Replace", "Sequence", "StripAccents"),
    };

    private static PreTokenizer ReadPreTokenizer(JsonPart part) => part.Type switch
    {
        "BertPreTokenizer" => new BertPreTokenizer(),
        "ByteLevel" => new ByteLevel(part.Flag("add_prefix_space"), part.Flag("trim_offsets"), part.Flag("use_regex", absent: true)),
        "Sequence" => new PreTokenizerSequence([.. part.Items("pretokenizers").Select(ReadPreTokenizer)]),
        "Split" => new Split(ReadPattern(part["pattern"]), Enum.TryParse<SplitBehavior>(part.Text("behavior"), out var behavior) ? behavior : throw part["behavior"].Unfit("a split behavior"), part.Flag("invert")),
        "Whitespace" => new Whitespace(),
        "WhitespaceSplit" => new WhitespaceSplit(),
        _ => throw part.Unknown("pre-tokenizer", "BertPreTokenizer", "ByteLevel", "Sequence", "Split", "Whitespace", "WhitespaceSplit"),
    };

    private static TokenizerModel ReadModel(JsonPart part)
    {
        if (part.IsNull)
            throw part.Unfit("the model");
        // Old files leave the type out; merges tell the two apart.
        return (part.TextOrNull("type") ?? (part["merges"].IsNull ? "WordPiece" : "BPE")) switch
        {
            "WordPiece" => new WordPiece(JsonFile.Vocabulary(part["vocab"].Element, part.File), part.Text("unk_token"), part.Text("continuing_subword_prefix"), part.Number("max_input_chars_per_word")),
            "BPE" => ReadBytePairs(part),
            _ => throw part.Unknown("model", "WordPiece", "BPE"),
        };
    }

    private static BytePairEncoding ReadBytePairs(JsonPart part)
    {
        if (part["dropout"] is { IsNull: false } dropout && !(dropout.Element.ValueKind == JsonValueKind.Number && dropout.Element.GetDouble() == 0))
            throw dropout.Unfit("null or 0: merges are not left out by chance");
        return new BytePairEncoding(JsonFile.Vocabulary(part["vocab"].Element, part.File), [.. part.Items("merges").Select(ReadMerge)], new BytePairOptions
        {
            UnkToken = part.TextOrNull("unk_token"),
            ContinuingSubwordPrefix = part.TextOrNull("continuing_subword_prefix"),
            EndOfWordSuffix = part.TextOrNull("end_of_word_suffix"),
            FuseUnk = part.Flag("fuse_unk", absent: false),
            ByteFallback = part.Flag("byte_fallback", absent: false),
            IgnoreMerges = part.Flag("ignore_merges", absent: false),
        });
    }

    private static (string, string) ReadMerge(JsonPart part) => part.Element switch
    {
        { ValueKind: JsonValueKind.String } text when text.GetString()!.Split(' ') is [var left, var right] => (left, right),
        { ValueKind: JsonValueKind.Array } pair when pair.GetArrayLength() == 2 && pair[0].ValueKind == JsonValueKind.String && pair[1].ValueKind == JsonValueKind.String => (pair[0].GetString()!, pair[1].GetString()!),
        _ => throw part.Unfit("a merge of two tokens"),
    };

    private static PostProcessor ReadPostProcessor(JsonPart part) => part.Type switch
    {
        "BertProcessing" => new BertProcessing(ReadTokenAndId(part["sep"]), ReadTokenAndId(part["cls"])),
        "ByteLevel" => new ByteLevelProcessing(part.Flag("add_prefix_space"), part.Flag("trim_offsets"), part.Flag("use_regex", absent: true)),
        "RobertaProcessing" => new RobertaProcessing(ReadTokenAndId(part["sep"]), ReadTokenAndId(part["cls"]), part.Flag("trim_offsets"), part.Flag("add_prefix_space")),
        "Sequence" => new PostProcessorSequence([.. part.Items("processors").Select(ReadPostProcessor)]),
        "TemplateProcessing" => ReadTemplate(part),
        _ => throw part.Unknown("post-processor", "BertProcessing", "ByteLevel", "RobertaProcessing", "Sequence", "TemplateProcessing"),
    };

    private static TemplateProcessing ReadTemplate(JsonPart part)
    {
        var specialTokens = new Dictionary<string, (int[], string[])>(StringComparer.Ordinal);
        if (part["special_tokens"] is { Element.ValueKind: JsonValueKind.Object } tokens)
            foreach (var entry in tokens.Element.EnumerateObject())
                specialTokens[entry.Name] = ([.. tokens[entry.Name].Items("ids").Select(id => id.Element.GetInt32())], [.. tokens[entry.Name].Items("tokens").Select(token => token.Element.GetString()!)]);
        return new TemplateProcessing([.. part.Items("single").Select(ReadPiece)], [.. part.Items("pair").Select(ReadPiece)], specialTokens);
    }

    private static TemplatePiece ReadPiece(JsonPart part)
    {
        if (part["SpecialToken"] is { IsNull: false } special)
            return new TemplatePiece(null, special.Text("id"), special.Number("type_id"));
        var text = part["Sequence"];
        return new TemplatePiece(text.Text("id") switch { "A" => 0, "B" => 1, _ => throw text["id"].Unfit("A or B") }, null, text.Number("type_id"));
    }

    private static (string, int) ReadTokenAndId(JsonPart part) => part.Element is { ValueKind: JsonValueKind.Array } pair && pair.GetArrayLength() == 2
        && pair[0].ValueKind == JsonValueKind.String && pair[1].ValueKind == JsonValueKind.Number ? (pair[0].GetString()!, pair[1].GetInt32()) : throw part.Unfit("a token and its id");

    private static Decoder ReadDecoder(JsonPart part) => part.Type switch
    {
        "ByteFallback" => new ByteFallbackDecoder(),
        "ByteLevel" => new ByteLevelDecoder(part.Flag("add_prefix_space"), part.Flag("trim_offsets"), part.Flag("use_regex", absent: true)),
        "Fuse" => new FuseDecoder(),
        "Replace" => new ReplaceDecoder(ReadPattern(part["pattern"]), part.Text("content")),
        "Sequence" => new DecoderSequence([.. part.Items("decoders").Select(ReadDecoder)]),
        "Strip" => new StripDecoder(part.Text("content") is [var c] ? c : throw part["content"].Unfit("one character"), part.Number("start"), part.Number("stop")),
        "WordPiece" => new WordPieceDecoder(part.Text("prefix"), part.Flag("cleanup")),
        _ => throw part.Unknown("decoder", "ByteFallback", "ByteLevel", "Fuse", "Replace", "Sequence", "Strip", "WordPiece"),
    };

    private static TextPattern ReadPattern(JsonPart part) => part["Regex"].IsNull ? TextPattern.OfText(part.Text("String")) : TextPattern.OfRegex(part.Text("Regex"));
}
