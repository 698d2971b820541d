namespace PeftSharp.Tokenization;

/// <summary>
/// GPT-2's tokenizer: byte-pair encoding of UTF-8 bytes, which can encode any text. Corresponds to <c>GPT2Tokenizer</c> in transformers.
/// </summary>
public static class Gpt2Tokenizer
{
    private const string EndOfText = "<|endoftext|>";

    internal static TokenizerKind Kind { get; } = new("GPT2Tokenizer")
    {
        SpecialTokens = new Dictionary<string, string?>
        {
            ["bos_token"] = EndOfText, ["eos_token"] = EndOfText, ["unk_token"] = EndOfText, ["pad_token"] = null,
        },
        VocabularyFiles = ["vocab.json", "merges.txt"],
        Pipeline = BuildByteLevel,
    };

    /// <summary>
    /// Loads the vocabulary from <c>tokenizer.json</c>, or from <c>vocab.json</c> and <c>merges.txt</c> if <c>tokenizer.json</c> is absent,
    /// and the settings from <c>tokenizer_config.json</c> and the older files <c>special_tokens_map.json</c> and <c>added_tokens.json</c>.
    /// </summary>
    /// <remarks>
    /// As in transformers 5, this class determines normalization, pre-tokenization and decoding; the settings for these steps in
    /// <c>tokenizer.json</c> are ignored. The post-processor is read from <c>tokenizer.json</c>.
    /// </remarks>
    /// <param name="nameOrFolder">The folder of the checkpoint; or, if there is no such folder, a name on the Hugging Face Hub.</param>
    /// <param name="addPrefixSpace">
    /// Whether to add a space before the text and after each special token, unless there already is one. The first word is then encoded
    /// like any other word. Default: <c>add_prefix_space</c> in tokenizer_config.json, otherwise false.
    /// </param>
    /// <param name="addBosToken">
    /// Whether to add <see cref="Tokenizer.BosToken"/> before each text. Default: as in tokenizer.json. If tokenizer.json is absent, the
    /// default is <c>add_bos_token</c> in tokenizer_config.json, otherwise false.
    /// </param>
    /// <exception cref="TokenizerException">
    /// A file is missing or malformed, the vocabulary is not byte-level, or a merge contains a token that is not in the vocabulary.
    /// </exception>
    /// <exception cref="HubException">The files cannot be downloaded.</exception>
    public static Tokenizer FromPretrained(string nameOrFolder, bool? addPrefixSpace = null, bool? addBosToken = null) =>
        Kind.Load(new TokenizerFolder(nameOrFolder), ("add_prefix_space", addPrefixSpace), ("add_bos_token", addBosToken));

    /// <summary>Builds the pipeline that all byte-level classes share, without a post-processor.</summary>
    internal static TokenizerPipeline BuildByteLevel(TokenizerParts parts) => new(null,
        new ByteLevel(parts.Option("add_prefix_space", absent: false), trimOffsets: true, useRegex: true),
        parts.BytePairs(new BytePairOptions { ContinuingSubwordPrefix = "", EndOfWordSuffix = "" }), null,
        new ByteLevelDecoder(addPrefixSpace: true, trimOffsets: true, useRegex: true));
}
