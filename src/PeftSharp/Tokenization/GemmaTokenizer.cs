namespace PeftSharp.Tokenization;

/// <summary>
/// Gemma's tokenizer: SentencePiece's byte-pair encoding, which encodes characters that are not in the vocabulary as bytes. No space is
/// added before the text. Corresponds to <c>GemmaTokenizer</c> in transformers.
/// </summary>
public static class GemmaTokenizer
{
    internal static TokenizerKind Kind { get; } = new("GemmaTokenizer")
    {
        SpecialTokens = new Dictionary<string, string?>
        {
            ["unk_token"] = "<unk>", ["bos_token"] = "<bos>", ["eos_token"] = "<eos>", ["pad_token"] = "<pad>", ["mask_token"] = "<mask>",
        },
        PaddingSide = PaddingSide.Left,
        ModelTypes = ["gemma", "gemma2", "gemma3", "gemma3_text"],
        Pipeline = Build,
    };

    /// <summary>
    /// Loads the vocabulary from <c>tokenizer.json</c>, or from SentencePiece's <c>tokenizer.model</c> if <c>tokenizer.json</c> is absent,
    /// and the settings from <c>tokenizer_config.json</c> and the older files <c>special_tokens_map.json</c> and <c>added_tokens.json</c>.
    /// </summary>
    /// <remarks>
    /// As in transformers 5, this class determines normalization, pre-tokenization and decoding; the settings for these steps in
    /// <c>tokenizer.json</c> are ignored. The post-processor is read from <c>tokenizer.json</c>.
    /// </remarks>
    /// <param name="nameOrFolder">The folder of the checkpoint; or, if there is no such folder, a name on the Hugging Face Hub.</param>
    /// <param name="addBosToken">
    /// Whether to add <see cref="Tokenizer.BosToken"/> before each text. Default: as in tokenizer.json, but false if
    /// <paramref name="addEosToken"/> is given. If tokenizer.json is absent, the default is <c>add_bos_token</c> in tokenizer_config.json,
    /// otherwise false.
    /// </param>
    /// <param name="addEosToken">
    /// Whether to add <see cref="Tokenizer.EosToken"/> after each text. Default: as in tokenizer.json, but false if
    /// <paramref name="addBosToken"/> is given. If tokenizer.json is absent, the default is <c>add_eos_token</c> in tokenizer_config.json,
    /// otherwise false.
    /// </param>
    /// <exception cref="TokenizerException">
    /// A file is missing or malformed, the vocabulary is byte-level, or a merge contains a token that is not in the vocabulary.
    /// </exception>
    /// <exception cref="HubException">The files cannot be downloaded.</exception>
    public static Tokenizer FromPretrained(string nameOrFolder, bool? addBosToken = null, bool? addEosToken = null) =>
        Kind.Load(new TokenizerFolder(nameOrFolder), ("add_bos_token", addBosToken), ("add_eos_token", addEosToken));

    private static TokenizerPipeline Build(TokenizerParts parts)
    {
        var space = SentencePiecePipeline.Space.ToString();
        var unknown = parts.Config.SpecialTokens.TryGetValue("unk_token", out var token) ? token.Content : null;
        return new TokenizerPipeline(
            new Replace(TextPattern.OfText(" "), space),
            new Split(TextPattern.OfText(" "), SplitBehavior.MergedWithPrevious, invert: false),
            parts.BytePairs(new BytePairOptions { UnkToken = unknown, FuseUnk = true, ByteFallback = true }), null,
            new DecoderSequence([new ReplaceDecoder(TextPattern.OfText(space), " "), new ByteFallbackDecoder(), new FuseDecoder()]));
    }
}
