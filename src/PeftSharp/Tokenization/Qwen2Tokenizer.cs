namespace PeftSharp.Tokenization;

/// <summary>
/// The tokenizer of Qwen2, Qwen2.5 and Qwen3: byte-pair encoding of UTF-8 bytes, with each digit as a word. Corresponds to
/// <c>Qwen2Tokenizer</c> in transformers.
/// </summary>
public static class Qwen2Tokenizer
{
    private const string EndOfText = "<|endoftext|>";
    private const string Words =
        @"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";

    internal static TokenizerKind Kind { get; } = new("Qwen2Tokenizer")
    {
        SpecialTokens = new Dictionary<string, string?>
        {
            ["bos_token"] = null, ["eos_token"] = EndOfText, ["unk_token"] = EndOfText, ["pad_token"] = EndOfText,
        },
        VocabularyFiles = ["vocab.json", "merges.txt"],
        Pipeline = Build,
    };

    /// <summary>
    /// Loads the vocabulary from <c>tokenizer.json</c>, or from <c>vocab.json</c> and <c>merges.txt</c> if <c>tokenizer.json</c> is absent,
    /// and the settings from <c>tokenizer_config.json</c> and the older files <c>special_tokens_map.json</c> and <c>added_tokens.json</c>.
    /// </summary>
    /// <remarks>
    /// As in transformers 5, this class determines normalization (NFC), pre-tokenization and decoding; the settings for these steps in
    /// <c>tokenizer.json</c> are ignored. The post-processor is read from <c>tokenizer.json</c>.
    /// </remarks>
    /// <param name="nameOrFolder">The folder of the checkpoint; or, if there is no such folder, a name on the Hugging Face Hub.</param>
    /// <param name="addPrefixSpace">
    /// Whether to add a space before each word that does not start with one. Default: <c>add_prefix_space</c> in tokenizer_config.json,
    /// otherwise false.
    /// </param>
    /// <exception cref="TokenizerException">
    /// A file is missing or malformed, the vocabulary is not byte-level, or a merge contains a token that is not in the vocabulary.
    /// </exception>
    /// <exception cref="HubException">The files cannot be downloaded.</exception>
    public static Tokenizer FromPretrained(string nameOrFolder, bool? addPrefixSpace = null) =>
        Kind.Load(new TokenizerFolder(nameOrFolder), ("add_prefix_space", addPrefixSpace));

    private static TokenizerPipeline Build(TokenizerParts parts)
    {
        var split = new Split(TextPattern.OfRegex(Words), SplitBehavior.Isolated, invert: false);
        var bytes = new ByteLevel(parts.Option("add_prefix_space", absent: false), trimOffsets: true, useRegex: false);
        return new TokenizerPipeline(
            UnicodeForm.Nfc, new PreTokenizerSequence([split, bytes]),
            parts.BytePairs(new BytePairOptions { ContinuingSubwordPrefix = "", EndOfWordSuffix = "" }), null,
            new ByteLevelDecoder(addPrefixSpace: true, trimOffsets: true, useRegex: true));
    }
}
