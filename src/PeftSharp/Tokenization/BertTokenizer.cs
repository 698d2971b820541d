namespace PeftSharp.Tokenization;

/// <summary>
/// BERT's tokenizer: splits a text into words and punctuation, and each word into the longest pieces in the vocabulary (WordPiece).
/// Corresponds to <c>BertTokenizer</c> in transformers.
/// </summary>
public static class BertTokenizer
{
    internal static TokenizerKind Kind { get; } = new("BertTokenizer")
    {
        ModelInputNames = ["input_ids", "token_type_ids", "attention_mask"],
        SpecialTokens = new Dictionary<string, string?>
        {
            ["unk_token"] = "[UNK]", ["sep_token"] = "[SEP]", ["pad_token"] = "[PAD]", ["cls_token"] = "[CLS]", ["mask_token"] = "[MASK]",
        },
        VocabularyFiles = ["vocab.txt"],
        Pipeline = Build,
        PostProcessor = Template,
    };

    /// <summary>
    /// Loads the vocabulary from <c>tokenizer.json</c>, or from <c>vocab.txt</c> if <c>tokenizer.json</c> is absent, and the settings from
    /// <c>tokenizer_config.json</c> and the older files <c>special_tokens_map.json</c> and <c>added_tokens.json</c>.
    /// </summary>
    /// <remarks>
    /// As in transformers 5, this class determines normalization, pre-tokenization and the special tokens around a text; the settings for
    /// these steps in <c>tokenizer.json</c> are ignored. <c>AutoTokenizer</c> applies the settings in <c>tokenizer.json</c> if
    /// <c>tokenizer_class</c> is <c>PreTrainedTokenizerFast</c>.
    /// </remarks>
    /// <param name="nameOrFolder">The folder of the checkpoint; or, if there is no such folder, a name on the Hugging Face Hub.</param>
    /// <param name="doLowerCase">
    /// Whether to convert text to lower case. Default: <c>do_lower_case</c> in tokenizer_config.json, otherwise true.
    /// </param>
    /// <param name="stripAccents">
    /// Whether to remove accents. Default: <c>strip_accents</c> in tokenizer_config.json, otherwise the value of
    /// <paramref name="doLowerCase"/>.
    /// </param>
    /// <param name="tokenizeChineseChars">
    /// Whether to make each Chinese character a word. Default: <c>tokenize_chinese_chars</c> in tokenizer_config.json, otherwise true.
    /// </param>
    /// <exception cref="TokenizerException">
    /// A file is missing, malformed or of another kind of tokenizer, a required special token is null, or the unknown token is not in the
    /// vocabulary.
    /// </exception>
    /// <exception cref="HubException">The files cannot be downloaded.</exception>
    public static Tokenizer FromPretrained(
        string nameOrFolder, bool? doLowerCase = null, bool? stripAccents = null, bool? tokenizeChineseChars = null) =>
        Kind.Load(
            new TokenizerFolder(nameOrFolder), ("do_lower_case", doLowerCase), ("strip_accents", stripAccents),
            ("tokenize_chinese_chars", tokenizeChineseChars));

    private static TokenizerPipeline Build(TokenizerParts parts)
    {
        var normalizer = new BertNormalizer(new BertNormalizerOptions(
            Lowercase: parts.Option("do_lower_case", absent: true), StripAccents: parts.Files.Flag("strip_accents"),
            HandleChineseChars: parts.Option("tokenize_chinese_chars", absent: true)));
        var unknown = parts.Config.SpecialTokens.TryGetValue("unk_token", out var token) ? token.Content : "[UNK]";
        var model = new WordPiece(parts.WordPieces(), unknown);
        return new TokenizerPipeline(normalizer, new BertPreTokenizer(), model, null, new WordPieceDecoder("##", cleanup: true));
    }

    // Adds special tokens: [CLS] A [SEP] and [CLS] A [SEP] B [SEP].
    internal static TemplateProcessing Template(TokenizerParts parts, TokenizerPipeline pipeline)
    {
        var (cls, sep) = (parts.Special("cls_token", pipeline), parts.Special("sep_token", pipeline));
        return TemplateProcessing.Of($"{cls.Token}:0 $A:0 {sep.Token}:0", $"{cls.Token}:0 $A:0 {sep.Token}:0 $B:1 {sep.Token}:1", cls, sep);
    }
}
