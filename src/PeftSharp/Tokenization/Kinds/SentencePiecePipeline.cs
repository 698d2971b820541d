namespace PeftSharp.Tokenization;

/// <summary>Creates the pipelines that several classes with a SentencePiece model share.</summary>
internal static class SentencePiecePipeline
{
    /// <summary>The visible character that SentencePiece uses for a space.</summary>
    internal const char Space = '▁';

    /// <summary>
    /// Creates the pipeline of a unigram model over words that are separated by white space, with the normalization map of the model.
    /// </summary>
    /// <param name="parts">The files and settings.</param>
    /// <param name="unkId">The id of the unknown token, which is fixed for these classes.</param>
    /// <param name="scheme">The words before which a space is added.</param>
    internal static TokenizerPipeline OfWords(TokenizerParts parts, int unkId, PrependScheme scheme) => new(
        parts.NormalizationMap(), new PreTokenizerSequence([new WhitespaceSplit(), new Metaspace(Space, scheme, split: true)]),
        parts.Unigram(_ => unkId), null, new MetaspaceDecoder(Space, scheme, split: true));

    /// <summary>
    /// Returns the class for a checkpoint whose class in transformers does not define a pipeline. A SentencePiece model provides the
    /// special tokens. For a tiktoken vocabulary, texts are split into words as for LLaMA 3.
    /// </summary>
    internal static TokenizerKind WithoutClass(TokenizerKind kind, VocabularySource source) => source.Model is { } model
        ? kind with { SpecialTokens = model.SpecialTokens, Pipeline = parts => OfModel(model, parts) }
        : kind with { Pipeline = TiktokenPipeline.OfLlama3, PostProcessor = TiktokenPipeline.PostProcessor };

    private static TokenizerPipeline OfModel(SentencePieceModel model, TokenizerParts parts)
    {
        var visible = new Replace(TextPattern.OfText(" "), Space.ToString());
        Normalizer[] normalizers = model.NormalizationMap is { } map ? [map, visible] : [visible];
        Decoder invisible = new ReplaceDecoder(TextPattern.OfText(Space.ToString()), " ");
        Decoder[] decoders = model.ByteFallback ? [invisible, new ByteFallbackDecoder(), new FuseDecoder()] : [invisible];
        TokenizerModel pieces = model.IsUnigram
            ? new Unigram(model.Pieces, model.UnkId, model.ByteFallback)
            : parts.BytePairs(new BytePairOptions
            {
                UnkToken = model.SpecialTokens.GetValueOrDefault("unk_token"), FuseUnk = true, ByteFallback = model.ByteFallback,
            });
        return new TokenizerPipeline(new NormalizerSequence(normalizers), null, pieces, null, new DecoderSequence(decoders));
    }
}
