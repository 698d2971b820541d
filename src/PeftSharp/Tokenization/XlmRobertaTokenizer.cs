namespace PeftSharp.Tokenization;

/// <summary>
/// XLM-RoBERTa's tokenizer: SentencePiece's unigram model over words separated by white space. Corresponds to <c>XLMRobertaTokenizer</c> in
/// transformers.
/// </summary>
public static class XlmRobertaTokenizer
{
    internal static TokenizerKind Kind { get; } = new("XLMRobertaTokenizer")
    {
        SpecialTokens = new Dictionary<string, string?>
        {
            ["bos_token"] = "<s>", ["eos_token"] = "</s>", ["unk_token"] = "<unk>", ["sep_token"] = "</s>", ["pad_token"] = "<pad>",
            ["cls_token"] = "<s>", ["mask_token"] = "<mask>",
        },
        SentencePieceFile = "sentencepiece.bpe.model",
        ConvertPieces = (pieces, parts) => new[] { "bos_token", "pad_token", "eos_token", "unk_token" }.Select(name => Special(parts, name))
            .Concat(pieces.Skip(3)).Append(Special(parts, "mask_token")),
        Pipeline = parts => SentencePiecePipeline.OfWords(
            parts, unkId: 3, parts.Option("add_prefix_space", absent: true) ? PrependScheme.Always : PrependScheme.Never),
        PostProcessor = Template,
    };

    /// <summary>
    /// Loads the vocabulary and the normalization map from <c>tokenizer.json</c>, or from SentencePiece's <c>sentencepiece.bpe.model</c> if
    /// <c>tokenizer.json</c> is absent, and the settings from <c>tokenizer_config.json</c> and the older files
    /// <c>special_tokens_map.json</c> and <c>added_tokens.json</c>.
    /// </summary>
    /// <remarks>
    /// As in transformers 5, this class determines pre-tokenization, decoding and the special tokens around a text
    /// (<c>&lt;s&gt; A &lt;/s&gt;</c> and <c>&lt;s&gt; A &lt;/s&gt;&lt;/s&gt; B &lt;/s&gt;</c>); the settings for these steps in
    /// <c>tokenizer.json</c> are ignored. Of the normalizers in <c>tokenizer.json</c>, only <c>Precompiled</c> (the normalization map,
    /// <c>precompiled_charsmap</c>) is used.
    /// </remarks>
    /// <param name="nameOrFolder">The folder of the checkpoint; or, if there is no such folder, a name on the Hugging Face Hub.</param>
    /// <param name="addPrefixSpace">
    /// Whether to add a space before each word. Default: <c>add_prefix_space</c> in tokenizer_config.json, otherwise true.
    /// </param>
    /// <exception cref="TokenizerException">A file is missing or malformed.</exception>
    /// <exception cref="HubException">The files cannot be downloaded.</exception>
    public static Tokenizer FromPretrained(string nameOrFolder, bool? addPrefixSpace = null) =>
        Kind.Load(new TokenizerFolder(nameOrFolder), ("add_prefix_space", addPrefixSpace));

    private static ScoredPiece Special(TokenizerParts parts, string name) =>
        new(parts.Config.SpecialTokens.TryGetValue(name, out var token) ? token.Content : Kind.SpecialTokens[name]!, 0);

    private static TemplateProcessing Template(TokenizerParts parts, TokenizerPipeline pipeline)
    {
        var (bos, eos) = (parts.Special("bos_token", pipeline), parts.Special("eos_token", pipeline));
        return TemplateProcessing.Of(
            $"{bos.Token}:0 $A:0 {eos.Token}:0", $"{bos.Token}:0 $A:0 {eos.Token}:0 {eos.Token}:0 $B:0 {eos.Token}:0", bos, eos);
    }
}
