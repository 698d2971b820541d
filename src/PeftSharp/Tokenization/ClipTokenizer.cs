namespace PeftSharp.Tokenization;

/// <summary>
/// CLIP's tokenizer: byte-pair encoding of lower-case text, with a suffix at the ends of words. Corresponds to <c>CLIPTokenizer</c> in
/// transformers.
/// </summary>
public static class ClipTokenizer
{
    private const string EndOfText = "<|endoftext|>", EndOfWord = "</w>";
    private const string Words =
        @"<\|startoftext\|>|<\|endoftext\|>|'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+";

    internal static TokenizerKind Kind { get; } = new("CLIPTokenizer")
    {
        SpecialTokens = new Dictionary<string, string?>
        {
            ["unk_token"] = EndOfText, ["bos_token"] = "<|startoftext|>", ["eos_token"] = EndOfText, ["pad_token"] = EndOfText,
        },
        VocabularyFiles = ["vocab.json", "merges.txt"],
        Pipeline = Build,
        PostProcessor = (parts, pipeline) => new RobertaProcessing(
            parts.Special("eos_token", pipeline), parts.Special("bos_token", pipeline), trimOffsets: false, addPrefixSpace: false),
    };

    /// <summary>
    /// Loads the vocabulary from <c>tokenizer.json</c>, or from <c>vocab.json</c> and <c>merges.txt</c> if <c>tokenizer.json</c> is absent,
    /// and the settings from <c>tokenizer_config.json</c> and the older files <c>special_tokens_map.json</c> and <c>added_tokens.json</c>.
    /// </summary>
    /// <remarks>
    /// As in transformers 5, this class determines normalization (NFC, one space for each run of white space, lower case),
    /// pre-tokenization, decoding and the special tokens around a text (<c>&lt;|startoftext|&gt; A &lt;|endoftext|&gt;</c>);
    /// the settings for these steps in <c>tokenizer.json</c> are ignored.
    /// </remarks>
    /// <param name="nameOrFolder">The folder of the checkpoint; or, if there is no such folder, a name on the Hugging Face Hub.</param>
    /// <exception cref="TokenizerException">
    /// A file is missing or malformed, the vocabulary is not byte-level, or a merge contains a token that is not in the vocabulary.
    /// </exception>
    /// <exception cref="HubException">The files cannot be downloaded.</exception>
    public static Tokenizer FromPretrained(string nameOrFolder) => Kind.Load(new TokenizerFolder(nameOrFolder));

    private static TokenizerPipeline Build(TokenizerParts parts)
    {
        var unknown = parts.Config.SpecialTokens.TryGetValue("unk_token", out var token) ? token.Content : null;
        return new TokenizerPipeline(
            new NormalizerSequence([UnicodeForm.Nfc, new Replace(TextPattern.OfRegex(@"\s+"), " "), new Lowercase()]),
            new PreTokenizerSequence(
            [
                new Split(TextPattern.OfRegex(Words), SplitBehavior.Removed, invert: true),
                new ByteLevel(addPrefixSpace: false, trimOffsets: true, useRegex: true),
            ]),
            parts.BytePairs(new BytePairOptions { UnkToken = unknown, ContinuingSubwordPrefix = "", EndOfWordSuffix = EndOfWord }), null,
            new ClipDecoder(EndOfWord));
    }
}
