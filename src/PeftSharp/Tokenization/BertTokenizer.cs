namespace PeftSharp.Tokenization;

/// <summary>BERT's tokenizer: words and punctuation, cut into the longest pieces of the vocabulary; transformers' class of the same name.</summary>
public static class BertTokenizer
{
    internal static TokenizerKind Kind { get; } = new("BertTokenizer")
    {
        ModelInputNames = ["input_ids", "token_type_ids", "attention_mask"],
        SpecialTokens = new Dictionary<string, string?> { ["unk_token"] = "[UNK]", ["sep_token"] = "[SEP]", ["pad_token"] = "[PAD]", ["cls_token"] = "[CLS]", ["mask_token"] = "[MASK]" },
        VocabularyFiles = ["vocab.txt"],
        Pipeline = Build,
        PostProcessor = Template,
    };

    /// <summary>Reads the vocabulary of <c>tokenizer.json</c>, or else <c>vocab.txt</c>, and what <c>tokenizer_config.json</c> and the older files beside it say.</summary>
    /// <remarks>As in transformers 5, the class decides how text is normalized and split and which special tokens surround it; what <c>tokenizer.json</c> says about these is ignored.
    /// A folder whose <c>tokenizer_class</c> is <c>PreTrainedTokenizerFast</c> is read as <c>tokenizer.json</c> says.</remarks>
    /// <param name="folder">The folder of the checkpoint.</param>
    /// <param name="doLowerCase">Lower case; default <c>do_lower_case</c> in tokenizer_config.json, else true.</param>
    /// <param name="stripAccents">Removes accents; default <c>strip_accents</c> in tokenizer_config.json, else as <paramref name="doLowerCase"/>.</param>
    /// <param name="tokenizeChineseChars">Makes a word of each Chinese character; default <c>tokenize_chinese_chars</c> in tokenizer_config.json, else true.</param>
    /// <exception cref="TokenizerException">Files are missing or malformed, or the vocabulary lacks the unknown token.</exception>
    public static Tokenizer FromPretrained(string folder, bool? doLowerCase = null, bool? stripAccents = null, bool? tokenizeChineseChars = null) =>
        Kind.Load(new TokenizerFolder(folder), ("do_lower_case", doLowerCase), ("strip_accents", stripAccents), ("tokenize_chinese_chars", tokenizeChineseChars));

    private static TokenizerPipeline Build(TokenizerParts parts)
    {
        var normalizer = new BertNormalizer(new BertNormalizerOptions(Lowercase: parts.Option("do_lower_case", absent: true), StripAccents: parts.Files.Flag("strip_accents"), HandleChineseChars: parts.Option("tokenize_chinese_chars", absent: true)));
        var unknown = parts.Config.SpecialTokens.TryGetValue("unk_token", out var token) ? token.Content : "[UNK]";
        return new TokenizerPipeline(normalizer, new BertPreTokenizer(), new WordPiece(parts.WordPieces(), unknown), null, new WordPieceDecoder("##", cleanup: true));
    }

    // [CLS] A [SEP] and [CLS] A [SEP] B [SEP].
    private static TemplateProcessing Template(TokenizerParts parts, TokenizerPipeline pipeline)
    {
        var (cls, sep) = (parts.Special("cls_token", pipeline), parts.Special("sep_token", pipeline));
        return TemplateProcessing.Of($"{cls.Token}:0 $A:0 {sep.Token}:0", $"{cls.Token}:0 $A:0 {sep.Token}:0 $B:1 {sep.Token}:1", cls, sep);
    }
}
