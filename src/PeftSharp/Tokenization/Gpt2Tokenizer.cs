namespace PeftSharp.Tokenization;

/// <summary>GPT-2's tokenizer: byte-pair encoding of UTF-8 bytes, in which every text can be spelled; transformers' <c>GPT2Tokenizer</c>.</summary>
public static class Gpt2Tokenizer
{
    private const string EndOfText = "<|endoftext|>";

    internal static TokenizerKind Kind { get; } = new("GPT2Tokenizer")
    {
        SpecialTokens = new Dictionary<string, string?> { ["bos_token"] = EndOfText, ["eos_token"] = EndOfText, ["unk_token"] = EndOfText, ["pad_token"] = null },
        VocabularyFiles = ["vocab.json", "merges.txt"],
        Pipeline = BuildByteLevel,
    };

    /// <summary>Reads the vocabulary of <c>tokenizer.json</c>, or else <c>vocab.json</c> and <c>merges.txt</c>, and what <c>tokenizer_config.json</c> and the older files beside it say.</summary>
    /// <remarks>As in transformers 5, the class decides how text is split and joined; the post-processor is that of <c>tokenizer.json</c>.</remarks>
    /// <param name="folder">The folder of the checkpoint.</param>
    /// <param name="addPrefixSpace">Puts a space before a text that begins with none, so that its first word is like any other; default <c>add_prefix_space</c> in tokenizer_config.json, else false.</param>
    /// <param name="addBosToken">Puts <see cref="Tokenizer.BosToken"/> before each text; default as tokenizer.json says, without that file <c>add_bos_token</c> in tokenizer_config.json, else false.</param>
    /// <exception cref="TokenizerException">Files are missing or malformed, or a merge names a token that the vocabulary lacks.</exception>
    public static Tokenizer FromPretrained(string folder, bool? addPrefixSpace = null, bool? addBosToken = null) =>
        Kind.Load(new TokenizerFolder(folder), ("add_prefix_space", addPrefixSpace), ("add_bos_token", addBosToken));

    /// <summary>The pipeline of byte-level classes, all but their post-processor.</summary>
    internal static TokenizerPipeline BuildByteLevel(TokenizerParts parts) => new(null,
        new ByteLevel(parts.Option("add_prefix_space", absent: false), trimOffsets: true, useRegex: true),
        parts.BytePairs(new BytePairOptions { ContinuingSubwordPrefix = "", EndOfWordSuffix = "" }), null,
        new ByteLevelDecoder(addPrefixSpace: true, trimOffsets: true, useRegex: true));
}
