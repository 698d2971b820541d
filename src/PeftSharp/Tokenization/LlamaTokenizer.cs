namespace PeftSharp.Tokenization;

/// <summary>The tokenizer of LLaMA 1 and 2: SentencePiece's byte-pair encoding, in which characters without a token are spelled in bytes; transformers' class of the same name.</summary>
/// <remarks>Checkpoints that name this class but have byte-level tokens, such as LLaMA 3, are read by <c>AutoTokenizer</c> as their <c>tokenizer.json</c> says.</remarks>
public static class LlamaTokenizer
{
    private const char Space = '▁';

    internal static TokenizerKind Kind { get; } = new("LlamaTokenizer")
    {
        SpecialTokens = new Dictionary<string, string?> { ["bos_token"] = "<s>", ["eos_token"] = "</s>", ["unk_token"] = "<unk>" },
        PaddingSide = PaddingSide.Left,
        Pipeline = Build,
    };

    /// <summary>Reads the vocabulary of <c>tokenizer.json</c> and what <c>tokenizer_config.json</c> says. SentencePiece's <c>tokenizer.model</c> alone is not supported.</summary>
    /// <remarks>As in transformers 5, the class decides how text is split and joined; the post-processor is that of <c>tokenizer.json</c>.</remarks>
    /// <param name="folder">The folder of the checkpoint.</param>
    /// <param name="addBosToken">Puts <see cref="Tokenizer.BosToken"/> before each text; default as tokenizer.json says.</param>
    /// <param name="addEosToken">Puts <see cref="Tokenizer.EosToken"/> behind each text; default as tokenizer.json says.</param>
    /// <param name="addPrefixSpace">Puts a space before a text that begins with none; default <c>add_prefix_space</c> in tokenizer_config.json, else true.</param>
    /// <param name="legacy">Puts that space behind every special token too; default <c>legacy</c> in tokenizer_config.json, else false.</param>
    /// <exception cref="TokenizerException">Files are missing or malformed, or a merge names a token that the vocabulary lacks.</exception>
    public static Tokenizer FromPretrained(string folder, bool? addBosToken = null, bool? addEosToken = null, bool? addPrefixSpace = null, bool? legacy = null) =>
        Kind.Load(new TokenizerFolder(folder), ("add_bos_token", addBosToken), ("add_eos_token", addEosToken), ("add_prefix_space", addPrefixSpace), ("legacy", legacy));

    /// <summary>Whether tokenizer.json has a byte-level part, which this class does not build.</summary>
    internal static bool IsByteLevel(TokenizerFolder files) => files.Has("tokenizer.json") && System.IO.File.ReadAllText(files.File("tokenizer.json")).Contains("\"ByteLevel\"", StringComparison.Ordinal);

    private static TokenizerPipeline Build(TokenizerParts parts)
    {
        var addsSpace = parts.Option("add_prefix_space", absent: true);
        var scheme = !addsSpace ? PrependScheme.Never : parts.Option("legacy", absent: false) ? PrependScheme.Always : PrependScheme.First;
        Decoder[] decoders = [new ReplaceDecoder(TextPattern.OfText(Space.ToString()), " "), new ByteFallbackDecoder(), new FuseDecoder(), .. addsSpace ? [new StripDecoder(' ', 1, 0)] : Array.Empty<Decoder>()];
        return new TokenizerPipeline(null, new Metaspace(Space, scheme, split: false), parts.BytePairs(new BytePairOptions { FuseUnk = true, ByteFallback = true }), null, new DecoderSequence(decoders));
    }
}
