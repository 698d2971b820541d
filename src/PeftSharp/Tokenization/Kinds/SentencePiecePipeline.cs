namespace PeftSharp.Tokenization;

/// <summary>The pipelines that the classes with a SentencePiece model share.</summary>
internal static class SentencePiecePipeline
{
    /// <summary>SentencePiece's visible space.</summary>
    internal const char Space = '▁';

    /// <summary>A unigram model over words that are separated by white space, with the normalization map of the model.</summary>
    /// <param name="parts">The files and settings.</param>
    /// <param name="unkId">The id of the unknown token, which these classes fix.</param>
    /// <param name="scheme">Which words get a space before them.</param>
    internal static TokenizerPipeline OfWords(TokenizerParts parts, int unkId, PrependScheme scheme) => new(
        parts.NormalizationMap(), new PreTokenizerSequence([new WhitespaceSplit(), new Metaspace(Space, scheme, split: true)]),
        parts.Unigram(_ => unkId), null, new MetaspaceDecoder(Space, scheme, split: true));
}
