namespace PeftSharp.Tokenization;

/// <summary>
/// The tokenizer of LLaMA 1 and 2: SentencePiece's byte-pair encoding, which encodes characters that are not in the vocabulary as bytes.
/// Corresponds to <c>LlamaTokenizer</c> in transformers.
/// </summary>
/// <remarks>
/// Some checkpoints of LLaMA 3 name this class but have byte-level tokens, which this class does not support. Load such a checkpoint with
/// <c>AutoTokenizer</c>.
/// </remarks>
public static class LlamaTokenizer
{
    private const char Space = '▁';

    internal static TokenizerKind Kind { get; } = new("LlamaTokenizer")
    {
        SpecialTokens = new Dictionary<string, string?> { ["bos_token"] = "<s>", ["eos_token"] = "</s>", ["unk_token"] = "<unk>" },
        PaddingSide = PaddingSide.Left,
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
    /// <param name="addPrefixSpace">
    /// Whether to add a space before a text that does not start with one. Default: <c>add_prefix_space</c> in tokenizer_config.json,
    /// otherwise true.
    /// </param>
    /// <param name="legacy">
    /// Whether the space of <paramref name="addPrefixSpace"/> is also added after every special token. Default: <c>legacy</c> in
    /// tokenizer_config.json, otherwise false.
    /// </param>
    /// <exception cref="TokenizerException">
    /// A file is missing or malformed, the vocabulary is byte-level, or a merge contains a token that is not in the vocabulary.
    /// </exception>
    /// <exception cref="HubException">The files cannot be downloaded.</exception>
    public static Tokenizer FromPretrained(
        string nameOrFolder, bool? addBosToken = null, bool? addEosToken = null, bool? addPrefixSpace = null, bool? legacy = null) =>
        Kind.Load(
            new TokenizerFolder(nameOrFolder), ("add_bos_token", addBosToken), ("add_eos_token", addEosToken),
            ("add_prefix_space", addPrefixSpace), ("legacy", legacy));

    private static TokenizerPipeline Build(TokenizerParts parts)
    {
        var addsSpace = parts.Option("add_prefix_space", absent: true);
        var scheme = !addsSpace ? PrependScheme.Never : parts.Option("legacy", absent: false) ? PrependScheme.Always : PrependScheme.First;
        Decoder[] decoders =
        [
            new ReplaceDecoder(TextPattern.OfText(Space.ToString()), " "), new ByteFallbackDecoder(), new FuseDecoder(),
            .. addsSpace ? [new StripDecoder(' ', 1, 0)] : Array.Empty<Decoder>(),
        ];
        var model = parts.BytePairs(new BytePairOptions { FuseUnk = true, ByteFallback = true });
        return new TokenizerPipeline(null, new Metaspace(Space, scheme, split: false), model, null, new DecoderSequence(decoders));
    }
}
