namespace PeftSharp.Tokenization;

/// <summary>BERT's tokenizer: words and punctuation, cut into the longest pieces of the vocabulary; transformers' class of the same name.</summary>
public static class BertTokenizer
{
    private static readonly string[] Inputs = ["input_ids", "token_type_ids", "attention_mask"];
    private static readonly Dictionary<string, string> Defaults = new()
    {
        ["unk_token"] = "[UNK]", ["sep_token"] = "[SEP]", ["pad_token"] = "[PAD]", ["cls_token"] = "[CLS]", ["mask_token"] = "[MASK]",
    };

    /// <summary>Reads <c>tokenizer.json</c>, or else <c>vocab.txt</c>, and what <c>tokenizer_config.json</c> and the older files beside it say.</summary>
    /// <param name="folder">The folder of the checkpoint.</param>
    /// <param name="doLowerCase">Lower case; default as the files say, else true.</param>
    /// <param name="stripAccents">Removes accents; default as the files say, else as <paramref name="doLowerCase"/>.</param>
    /// <param name="tokenizeChineseChars">Makes a word of each Chinese character; default as the files say, else true.</param>
    /// <exception cref="TokenizerException">Files are missing or malformed, or the vocabulary lacks the unknown token.</exception>
    public static Tokenizer FromPretrained(string folder, bool? doLowerCase = null, bool? stripAccents = null, bool? tokenizeChineseChars = null)
    {
        var files = new TokenizerFolder(folder);
        var read = files.Has("tokenizer.json") ? TokenizerJsonReader.Read(files.File("tokenizer.json")) : null;
        if (read is null && !files.Has("vocab.txt"))
            throw files.Missing("tokenizer.json or vocab.txt");
        var config = files.ReadConfig("BertTokenizer", Inputs, Defaults, read?.Added.Tokens.Values ?? [], read?.Defaults);
        var unknown = config.SpecialTokens.TryGetValue("unk_token", out var token) ? token.Content : "[UNK]";
        var model = read?.Model ?? new WordPiece(VocabularyFiles.ReadWordPieces(files.File("vocab.txt")), unknown);
        var inFile = (read?.Normalizer as BertNormalizer)?.Options ?? new BertNormalizerOptions();
        var options = inFile with
        {
            Lowercase = doLowerCase ?? files.Flag("do_lower_case") ?? inFile.Lowercase,
            StripAccents = stripAccents ?? files.Flag("strip_accents") ?? inFile.StripAccents,
            HandleChineseChars = tokenizeChineseChars ?? files.Flag("tokenize_chinese_chars") ?? inFile.HandleChineseChars,
        };
        (files.Config["do_lower_case"], files.Config["strip_accents"], files.Config["tokenize_chinese_chars"]) = (options.Lowercase, options.StripAccents, options.HandleChineseChars);
        var pipeline = new TokenizerPipeline(
            read is null or { Normalizer: null or BertNormalizer } ? new BertNormalizer(options) : read.Normalizer,
            read?.PreTokenizer ?? new BertPreTokenizer(),
            model,
            read?.PostProcessor ?? Template(model, config),
            read?.Decoder ?? new WordPieceDecoder("##", cleanup: true));
        pipeline.Added.Add(read?.Added.Tokens.Values ?? Enumerable.Empty<AddedToken>());
        return new Tokenizer(pipeline, config);
    }

    // [CLS] A [SEP] and [CLS] A [SEP] B [SEP].
    private static TemplateProcessing Template(TokenizerModel model, TokenizerConfig config)
    {
        var (cls, sep) = (Token("cls_token"), Token("sep_token"));
        return TemplateProcessing.Of($"{cls.Item1}:0 $A:0 {sep.Item1}:0", $"{cls.Item1}:0 $A:0 {sep.Item1}:0 $B:1 {sep.Item1}:1", cls, sep);

        (string, int) Token(string name) => config.SpecialTokens.TryGetValue(name, out var token) && model.IdOf(token.Content) is { } id
            ? (token.Content, id)
            : throw new TokenizerException($"The vocabulary ({model.Vocabulary.Count} tokens) lacks the {name} '{token?.Content}' that BERT puts around texts. Add it, or name the right one in tokenizer_config.json.");
    }
}
