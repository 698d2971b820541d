namespace PeftSharp.Tokenization;

/// <summary>RoBERTa's tokenizer: GPT-2's byte-pair encoding between <c>&lt;s&gt;</c> and <c>&lt;/s&gt;</c>; transformers' class of the same name.</summary>
public static class RobertaTokenizer
{
    internal static TokenizerKind Kind { get; } = new("RobertaTokenizer")
    {
        SpecialTokens = new Dictionary<string, string?>
        {
            ["bos_token"] = "<s>", ["eos_token"] = "</s>", ["unk_token"] = "<unk>", ["sep_token"] = "</s>", ["pad_token"] = "<pad>", ["cls_token"] = "<s>", ["mask_token"] = "<mask>",
        },
        VocabularyFiles = ["vocab.json", "merges.txt"],
        Pipeline = Gpt2Tokenizer.BuildByteLevel,
        PostProcessor = (parts, pipeline) => new RobertaProcessing(parts.Special("sep_token", pipeline), parts.Special("cls_token", pipeline),
            parts.Option("trim_offsets", absent: true), parts.Option("add_prefix_space", absent: false)),
    };

    /// <summary>Reads the vocabulary of <c>tokenizer.json</c>, or else <c>vocab.json</c> and <c>merges.txt</c>, and what <c>tokenizer_config.json</c> and the older files beside it say.</summary>
    /// <remarks>As in transformers 5, the class decides how text is split and which special tokens surround it (<c>&lt;s&gt; A &lt;/s&gt;&lt;/s&gt; B &lt;/s&gt;</c>, all in segment 0).</remarks>
    /// <param name="folder">The folder of the checkpoint.</param>
    /// <param name="addPrefixSpace">Puts a space before a text that begins with none, so that its first word is like any other; default <c>add_prefix_space</c> in tokenizer_config.json, else false.</param>
    /// <param name="trimOffsets">Leaves the space before a word out of the offsets of its token; default <c>trim_offsets</c> in tokenizer_config.json, else true.</param>
    /// <exception cref="TokenizerException">Files are missing or malformed, or a merge names a token that the vocabulary lacks.</exception>
    public static Tokenizer FromPretrained(string folder, bool? addPrefixSpace = null, bool? trimOffsets = null) =>
        Kind.Load(new TokenizerFolder(folder), ("add_prefix_space", addPrefixSpace), ("trim_offsets", trimOffsets));
}
