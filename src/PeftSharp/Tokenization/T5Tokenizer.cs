namespace PeftSharp.Tokenization;

/// <summary>
/// T5's tokenizer: SentencePiece's unigram model over words separated by white space, with <c>&lt;/s&gt;</c> after each text. Corresponds
/// to <c>T5Tokenizer</c> in transformers.
/// </summary>
public static class T5Tokenizer
{
    private const string EndOfText = "</s>";
    private const int MaxSentinels = 100_000;

    internal static TokenizerKind Kind { get; } = new("T5Tokenizer")
    {
        SpecialTokens = new Dictionary<string, string?> { ["eos_token"] = EndOfText, ["unk_token"] = "<unk>", ["pad_token"] = "<pad>" },
        SentencePieceFile = "spiece.model",
        ConvertPieces = (pieces, parts) => pieces.Concat(Sentinels(parts.Files).Reverse().Select(token => new ScoredPiece(token, 0))),
        ExtraSpecialTokens = ExtraTokens,
        ModelTypes = ["t5", "mt5", "switch_transformers"],
        Pipeline = parts => SentencePiecePipeline.OfWords(parts, unkId: 2, PrependScheme.Always),
        PostProcessor = Template,
    };

    /// <summary>
    /// Loads the vocabulary and the normalization map from <c>tokenizer.json</c>, or from SentencePiece's <c>spiece.model</c> if
    /// <c>tokenizer.json</c> is absent, and the settings from <c>tokenizer_config.json</c> and the older files
    /// <c>special_tokens_map.json</c> and <c>added_tokens.json</c>.
    /// </summary>
    /// <remarks>
    /// As in transformers 5, this class determines pre-tokenization, decoding and the token after a text; the settings for these steps in
    /// <c>tokenizer.json</c> are ignored. Of the normalizers in <c>tokenizer.json</c>, only <c>Precompiled</c> (the normalization map,
    /// <c>precompiled_charsmap</c>) is used. The sentinel tokens <c>&lt;extra_id_0&gt;</c> … are special tokens. If the files do
    /// not list them, <c>extra_ids</c> in tokenizer_config.json is their number (default 100).
    /// </remarks>
    /// <param name="nameOrFolder">The folder of the checkpoint; or, if there is no such folder, a name on the Hugging Face Hub.</param>
    /// <exception cref="TokenizerException">A file is missing or malformed.</exception>
    /// <exception cref="HubException">The files cannot be downloaded.</exception>
    public static Tokenizer FromPretrained(string nameOrFolder) => Kind.Load(new TokenizerFolder(nameOrFolder));

    private static IEnumerable<string> Sentinels(TokenizerFolder files)
    {
        const string Name = "extra_ids";
        var count = files.Number(Name) ?? 100;
        return count is >= 0 and <= MaxSentinels ? Enumerable.Range(0, count).Select(i => $"<extra_id_{i}>")
            : throw files.Unfit(Name, files.Config[Name], $"a number from 0 to {MaxSentinels}");
    }

    private static IEnumerable<AddedToken> ExtraTokens(TokenizerFolder files, IEnumerable<AddedToken> ofModel)
    {
        var tokens = ofModel.ToArray();
        return tokens.Any(token => token.Content.Contains("<extra_id_", StringComparison.Ordinal))
            ? tokens
            : tokens.Concat(Sentinels(files).Select(token => new AddedToken(token) { Special = true }));
    }

    // As in transformers, the text of the token is fixed, and its id is the id of eos_token.
    private static TemplateProcessing Template(TokenizerParts parts, TokenizerPipeline pipeline) => TemplateProcessing.Of(
        $"$A:0 {EndOfText}:0", $"$A:0 {EndOfText}:0 $B:0 {EndOfText}:0", (EndOfText, parts.Special("eos_token", pipeline).Id));
}
