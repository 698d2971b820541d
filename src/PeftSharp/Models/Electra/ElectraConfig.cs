using PeftSharp.Modeling;

namespace PeftSharp.Models.Electra;

/// <summary>
/// The configuration of an ELECTRA model (transformers' <c>ElectraConfig</c>). Defaults are those of electra-small-discriminator.
/// </summary>
public sealed record ElectraConfig : EncoderConfig
{
    /// <summary>Creates the configuration of electra-small-discriminator.</summary>
    public ElectraConfig() =>
        (VocabSize, PadTokenId, HiddenSize, NumAttentionHeads, IntermediateSize) = (30522, 0, 256, 4, 1024);

    /// <summary>
    /// Width of the embeddings. If it differs from <see cref="EncoderConfig.HiddenSize"/>, a linear layer converts them. Default 128.
    /// </summary>
    public int EmbeddingSize { get; init; } = 128;

    /// <inheritdoc/>
    public override ModelFamily Family => ElectraFamily.Instance;

    /// <inheritdoc/>
    public override int? MaxPositions => MaxPositionEmbeddings;

    /// <inheritdoc/>
    protected override IEnumerable<string> Problems() =>
        base.Problems().Concat(PaddingProblems()).Concat(MustBePositive(("embedding_size", EmbeddingSize)));
}
