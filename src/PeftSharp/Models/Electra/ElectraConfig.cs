using PeftSharp.Modeling;
using PeftSharp.Modeling.Layers;

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

    /// <summary>
    /// How a multiple-choice model represents a choice. Only <c>first</c>, the first token, is supported. Default <c>first</c>.
    /// </summary>
    public string SummaryType { get; init; } = "first";

    /// <summary>Whether a multiple-choice model has a linear layer before the scores. Only true is supported. Default true.</summary>
    public bool SummaryUseProj { get; init; } = true;

    /// <summary>Activation function after that layer. Default <c>gelu</c>.</summary>
    public string SummaryActivation { get; init; } = "gelu";

    /// <summary>Dropout after that layer, in training. Default 0.1.</summary>
    public double SummaryLastDropout { get; init; } = 0.1;

    /// <inheritdoc/>
    public override ModelFamily Family => ElectraFamily.Instance;

    /// <inheritdoc/>
    public override int? MaxPositions => MaxPositionEmbeddings;

    /// <inheritdoc/>
    protected override IEnumerable<string> GetValidationErrors()
    {
        var problems = base.GetValidationErrors().Concat(PaddingProblems()).Concat(MustBePositive(("embedding_size", EmbeddingSize)))
            .Concat(MustBeProbability(("summary_last_dropout", SummaryLastDropout)));
        foreach (var problem in problems) yield return problem;
        if (SummaryType != "first") yield return $"summary_type is '{SummaryType}'; only 'first' is supported";
        if (!SummaryUseProj) yield return "summary_use_proj is false; only true is supported";
        if (!ActivationFunctions.Names.Contains(SummaryActivation))
            yield return $"summary_activation is '{SummaryActivation}'; it must be one of {string.Join(", ", ActivationFunctions.Names)}";
    }
}
