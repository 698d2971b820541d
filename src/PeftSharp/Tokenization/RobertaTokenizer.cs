namespace PeftSharp.Tokenization;

/// <summary>
/// RoBERTa's tokenizer: GPT-2's byte-pair encoding, with <c>&lt;s&gt;</c> before and <c>&lt;/s&gt;</c> after a text. Corresponds to
/// <c>RobertaTokenizer</c> in transformers.
/// </summary>
public static class RobertaTokenizer
{
    internal static TokenizerKind Kind { get; } = new("RobertaTokenizer")
    {
        SpecialTokens = new Dictionary<string, string?>
        {
            ["bos_token"] = "<s>", ["eos_token"] = "</s>", ["unk_token"] = "<unk>", ["sep_token"] = "</s>", ["pad_token"] = "<pad>",
            ["cls_token"] = "<s>", ["mask_token"] = "<mask>",
        },
        VocabularyFiles = ["vocab.json", "merges.txt"],
        Pipeline = Gpt2Tokenizer.BuildByteLevel,
        PostProcessor = (parts, pipeline) => new RobertaProcessing(
            parts.Special("sep_token", pipeline), parts.Special("cls_token", pipeline),
            parts.Option("trim_offsets", absent: true), parts.Option("add_prefix_space", absent: false)),
    };

    /// <summary>
    /// Loads the vocabulary from <c>tokenizer.json</c>, or from <c>vocab.json</c> and <c>merges.txt</c> if <c>tokenizer.json</c> is absent,
    /// and the settings from <c>tokenizer_config.json</c> and the older files <c>special_tokens_map.json</c> and <c>added_tokens.json</c>.
    /// </summary>
    /// <remarks>
    /// As in transformers 5, this class determines normalization, pre-tokenization, decoding and the special tokens around a text
    /// (<c>&lt;s&gt; A &lt;/s&gt;&lt;/s&gt; B &lt;/s&gt;</c>, all with token type 0); the settings for these steps in
    /// <c>tokenizer.json</c> are ignored.
    /// </remarks>
    /// <param name="nameOrFolder">The folder of the checkpoint; or, if there is no such folder, a name on the Hugging Face Hub.</param>
    /// <param name="addPrefixSpace">
    /// Whether to add a space before the text and after each special token, unless there already is one. The first word is then encoded
    /// like any other word. Default: <c>add_prefix_space</c> in tokenizer_config.json, otherwise false.
    /// </param>
    /// <param name="trimOffsets">
    /// Whether the offsets of a token exclude the space before its word. Default: <c>trim_offsets</c> in tokenizer_config.json, otherwise
    /// true.
    /// </param>
    /// <exception cref="TokenizerException">
    /// A file is missing or malformed, the vocabulary is not byte-level, or a merge contains a token that is not in the vocabulary.
    /// </exception>
    /// <exception cref="HubException">The files cannot be downloaded.</exception>
    public static Tokenizer FromPretrained(string nameOrFolder, bool? addPrefixSpace = null, bool? trimOffsets = null) =>
        Kind.Load(new TokenizerFolder(nameOrFolder), ("add_prefix_space", addPrefixSpace), ("trim_offsets", trimOffsets));
}
