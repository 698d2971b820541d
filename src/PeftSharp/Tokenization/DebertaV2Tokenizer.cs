namespace PeftSharp.Tokenization;

/// <summary>
/// The tokenizer of DeBERTa-v2 and DeBERTa-v3: SentencePiece's unigram model. Corresponds to <c>DebertaV2Tokenizer</c> in transformers.
/// </summary>
public static class DebertaV2Tokenizer
{
    internal static TokenizerKind Kind { get; } = new("DebertaV2Tokenizer")
    {
        ModelInputNames = ["input_ids", "attention_mask", "token_type_ids"],
        SpecialTokens = new Dictionary<string, string?>
        {
            ["bos_token"] = "[CLS]", ["eos_token"] = "[SEP]", ["unk_token"] = "[UNK]", ["sep_token"] = "[SEP]", ["pad_token"] = "[PAD]",
            ["cls_token"] = "[CLS]", ["mask_token"] = "[MASK]",
        },
        SentencePieceFile = "spm.model",
        ModelTypes = ["deberta-v2"],
        Pipeline = Build,
        PostProcessor = BertTokenizer.Template,
    };

    /// <summary>
    /// Loads the vocabulary from <c>tokenizer.json</c>, or from SentencePiece's <c>spm.model</c> if <c>tokenizer.json</c> is absent, and
    /// the settings from <c>tokenizer_config.json</c> and the older files <c>special_tokens_map.json</c> and <c>added_tokens.json</c>.
    /// </summary>
    /// <remarks>
    /// As in transformers 5, this class determines normalization, pre-tokenization, decoding and the special tokens around a text
    /// (<c>[CLS] A [SEP] B [SEP]</c>); the settings for these steps in <c>tokenizer.json</c> are ignored.
    /// </remarks>
    /// <param name="nameOrFolder">The folder of the checkpoint; or, if there is no such folder, a name on the Hugging Face Hub.</param>
    /// <param name="doLowerCase">
    /// Whether to convert text to lower case. Default: <c>do_lower_case</c> in tokenizer_config.json, otherwise false.
    /// </param>
    /// <param name="splitByPunct">
    /// Whether to make each punctuation character a word. Default: <c>split_by_punct</c> in tokenizer_config.json, otherwise false.
    /// </param>
    /// <param name="addPrefixSpace">
    /// Whether to add a space before the text and after each special token (with <paramref name="splitByPunct"/>, also around punctuation).
    /// If false, a space is added only before the text. Default: <c>add_prefix_space</c> in tokenizer_config.json, otherwise true.
    /// </param>
    /// <exception cref="TokenizerException">A file is missing or malformed.</exception>
    /// <exception cref="HubException">The files cannot be downloaded.</exception>
    public static Tokenizer FromPretrained(
        string nameOrFolder, bool? doLowerCase = null, bool? splitByPunct = null, bool? addPrefixSpace = null) =>
        Kind.Load(
            new TokenizerFolder(nameOrFolder), ("do_lower_case", doLowerCase), ("split_by_punct", splitByPunct),
            ("add_prefix_space", addPrefixSpace));

    private static TokenizerPipeline Build(TokenizerParts parts)
    {
        var scheme = parts.Option("add_prefix_space", absent: true) ? PrependScheme.Always : PrependScheme.First;
        Normalizer[] normalizers =
        [
            .. parts.Option("do_lower_case", absent: false) ? [new Lowercase()] : Array.Empty<Normalizer>(),
            new Replace(TextPattern.OfRegex(@"\s{2,}|[\n\r\t]"), " "), UnicodeForm.Nfc, new Strip(left: false, right: true),
        ];
        PreTokenizer[] preTokenizers =
        [
            .. parts.Option("split_by_punct", absent: false) ? [new Punctuation(SplitBehavior.Isolated)] : Array.Empty<PreTokenizer>(),
            new Metaspace(SentencePiecePipeline.Space, scheme, split: true),
        ];
        return new TokenizerPipeline(
            new NormalizerSequence(normalizers), new PreTokenizerSequence(preTokenizers), Model(parts), null,
            new MetaspaceDecoder(SentencePiecePipeline.Space, scheme, split: true));
    }

    // The unknown piece is the first one with the text of the unknown token and score 0; otherwise unk_id of the configuration, or 1.
    private static Unigram Model(TokenizerParts parts)
    {
        var unknown = new ScoredPiece(parts.Config.SpecialTokens.TryGetValue("unk_token", out var token) ? token.Content : "[UNK]", 0);
        return parts.Unigram(pieces =>
        {
            for (var id = 0; id < pieces.Count; id++)
                if (pieces[id] == unknown)
                    return id;
            return parts.Files.Number("unk_id") ?? 1;
        });
    }
}
