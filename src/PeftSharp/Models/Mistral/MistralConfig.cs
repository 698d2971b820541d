using PeftSharp.Modeling;

namespace PeftSharp.Models.Mistral;

/// <summary>The configuration of a Mistral model (transformers' <c>MistralConfig</c>).</summary>
public sealed record MistralConfig : DecoderConfig
{
    /// <summary>Creates a configuration with the default values of transformers.</summary>
    public MistralConfig() =>
        (VocabSize, IntermediateSize, NumKeyValueHeads, MaxPositionEmbeddings, BosTokenId, EosTokenId) =
        (32000, 14336, 8, 131072, 1, [2]);

    /// <inheritdoc/>
    public override ModelFamily Family => MistralFamily.Instance;

    /// <summary>
    /// Number of tokens that a token attends to, including itself, in all layers. Null: all preceding tokens. Default 4096.
    /// </summary>
    public int? SlidingWindow { get; init; } = 4096;

    /// <inheritdoc/>
    public override int? GetSlidingWindow(int layer) => SlidingWindow;

    /// <inheritdoc/>
    protected override IEnumerable<string> GetValidationErrors() =>
        base.GetValidationErrors().Concat(MustBePositive(("sliding_window", SlidingWindow ?? 1)));
}
