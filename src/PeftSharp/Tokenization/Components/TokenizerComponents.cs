using System.Text.Json.Nodes;

namespace PeftSharp.Tokenization;

/// <summary>
/// Contains the components that a <c>tokenizer.json</c> can use. Register custom components with <see cref="RegisterNormalizer"/>,
/// <see cref="RegisterPreTokenizer"/> and <see cref="RegisterDecoder"/>.
/// </summary>
/// <remarks>
/// <para>A tokenizer with a custom component saves the fields of the component unchanged, so any program that registers the same type can
/// load it.</para>
/// <code>
/// TokenizerComponents.RegisterPreTokenizer("Halves", options => text => [0..(text.Length / 2), (text.Length / 2)..text.Length]);
/// </code>
/// <para>Thread safety: all members can be called from several threads at once.
/// Tokenizers call the registered functions from several threads at once.</para>
/// </remarks>
public static class TokenizerComponents
{
    internal static ComponentList<Normalizer> Normalizers { get; } = new("normalizer", new Dictionary<string, Func<JsonPart, Normalizer>>
    {
        ["BertNormalizer"] = BertNormalizer.FromJson,
        ["ByteLevel"] = _ => new ByteLevelNormalizer(),
        ["Lowercase"] = _ => new Lowercase(),
        ["NFC"] = _ => UnicodeForm.Nfc,
        ["NFD"] = _ => UnicodeForm.Nfd,
        ["NFKC"] = _ => UnicodeForm.Nfkc,
        ["NFKD"] = _ => UnicodeForm.Nfkd,
        ["Nmt"] = _ => new Nmt(),
        ["Precompiled"] = Precompiled.FromJson,
        ["Prepend"] = Prepend.FromJson,
        ["Replace"] = Replace.FromJson,
        ["Sequence"] = NormalizerSequence.FromJson,
        ["Strip"] = Strip.FromJson,
        ["StripAccents"] = _ => new StripAccents(),
    });

    internal static ComponentList<PreTokenizer> PreTokenizers { get; } = new(
        "pre-tokenizer",
        new Dictionary<string, Func<JsonPart, PreTokenizer>>
        {
            ["BertPreTokenizer"] = _ => new BertPreTokenizer(),
            ["ByteLevel"] = ByteLevel.FromJson,
            ["CharDelimiterSplit"] = CharDelimiterSplit.FromJson,
            ["Digits"] = Digits.FromJson,
            ["FixedLength"] = FixedLength.FromJson,
            ["Metaspace"] = Metaspace.FromJson,
            ["Punctuation"] = Punctuation.FromJson,
            ["Sequence"] = PreTokenizerSequence.FromJson,
            ["Split"] = Split.FromJson,
            ["UnicodeScripts"] = _ => new UnicodeScripts(),
            ["Whitespace"] = _ => new Whitespace(),
            ["WhitespaceSplit"] = _ => new WhitespaceSplit(),
        });

    internal static ComponentList<TokenizerModel> Models { get; } = new("model", new Dictionary<string, Func<JsonPart, TokenizerModel>>
    {
        ["BPE"] = BytePairEncoding.FromJson,
        ["Unigram"] = Unigram.FromJson,
        ["WordLevel"] = WordLevel.FromJson,
        ["WordPiece"] = WordPiece.FromJson,
    });

    internal static ComponentList<PostProcessor> PostProcessors { get; } = new(
        "post-processor",
        new Dictionary<string, Func<JsonPart, PostProcessor>>
        {
            ["BertProcessing"] = BertProcessing.FromJson,
            ["ByteLevel"] = ByteLevelProcessing.FromJson,
            ["RobertaProcessing"] = RobertaProcessing.FromJson,
            ["Sequence"] = PostProcessorSequence.FromJson,
            ["TemplateProcessing"] = TemplateProcessing.FromJson,
        });

    internal static ComponentList<Decoder> Decoders { get; } = new("decoder", new Dictionary<string, Func<JsonPart, Decoder>>
    {
        ["BPEDecoder"] = BytePairDecoder.FromJson,
        ["ByteFallback"] = _ => new ByteFallbackDecoder(),
        ["ByteLevel"] = ByteLevelDecoder.FromJson,
        ["CTC"] = CtcDecoder.FromJson,
        ["Fuse"] = _ => new FuseDecoder(),
        ["Metaspace"] = MetaspaceDecoder.FromJson,
        ["Replace"] = ReplaceDecoder.FromJson,
        ["Sequence"] = DecoderSequence.FromJson,
        ["Strip"] = StripDecoder.FromJson,
        ["WordPiece"] = WordPieceDecoder.FromJson,
    });

    /// <summary>Registers a normalizer, or replaces the normalizer that is registered for the same type.</summary>
    /// <param name="type">The value of <c>type</c> in tokenizer.json.</param>
    /// <param name="create">
    /// Receives the component's fields in tokenizer.json, including <c>type</c>, and returns the function that normalizes a text.
    /// </param>
    public static void RegisterNormalizer(string type, Func<JsonObject, NormalizeText> create)
    {
        Check(type, create);
        Normalizers.Add(type, part => new CustomNormalizer(part.ToJsonObject(), create(part.ToJsonObject())));
    }

    /// <summary>Registers a pre-tokenizer, or replaces the pre-tokenizer that is registered for the same type.</summary>
    /// <param name="type">The value of <c>type</c> in tokenizer.json.</param>
    /// <param name="create">
    /// Receives the component's fields in tokenizer.json, including <c>type</c>, and returns the function that splits a text into words.
    /// </param>
    public static void RegisterPreTokenizer(string type, Func<JsonObject, SplitText> create)
    {
        Check(type, create);
        PreTokenizers.Add(type, part => new CustomPreTokenizer(part.ToJsonObject(), create(part.ToJsonObject())));
    }

    /// <summary>Registers a decoder, or replaces the decoder that is registered for the same type.</summary>
    /// <param name="type">The value of <c>type</c> in tokenizer.json.</param>
    /// <param name="create">
    /// Receives the component's fields in tokenizer.json, including <c>type</c>, and returns the function that converts tokens to pieces of
    /// text.
    /// </param>
    public static void RegisterDecoder(string type, Func<JsonObject, DecodeTokens> create)
    {
        Check(type, create);
        Decoders.Add(type, part => new CustomDecoder(part.ToJsonObject(), create(part.ToJsonObject())));
    }

    private static void Check(string type, Delegate create)
    {
        ArgumentException.ThrowIfNullOrEmpty(type);
        ArgumentNullException.ThrowIfNull(create);
    }
}
