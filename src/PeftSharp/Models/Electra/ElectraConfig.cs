using PeftSharp.Modeling;

namespace PeftSharp.Models.Electra;

/// <summary>
/// The configuration of an ELECTRA model (transformers' <c>ElectraConfig</c>). Defaults are those of electra-small-discriminator.
/// </summary>
public sealed record ElectraConfig : EncoderConfig
{
    internal const string First = "first", Last = "last", ClsIndex = "cls_index", Mean = "mean", NoActivation = "linear";

    /// <summary>Creates the configuration of electra-small-discriminator.</summary>
    public ElectraConfig() =>
        (VocabSize, PadTokenId, HiddenSize, NumAttentionHeads, IntermediateSize) = (30522, 0, 256, 4, 1024);

    /// <summary>
    /// Width of the embeddings. If it differs from <see cref="TransformerConfig.HiddenSize"/>, a linear layer converts them. Default 128.
    /// </summary>
    public int EmbeddingSize { get; init; } = 128;

    /// <summary>
    /// How a multiple-choice model represents a choice: <c>first</c>, by its first token; <c>last</c> or <c>cls_index</c>, by its last
    /// token, even if that is padding; <c>mean</c>, by the mean of its tokens, including padding. Default <c>first</c>.
    /// </summary>
    public string SummaryType { get; init; } = First;

    /// <summary>Whether the head of a multiple-choice model has a linear layer before the scores. Default true.</summary>
    public bool SummaryUseProj { get; init; } = true;

    /// <summary>Activation function after the linear layer of a multiple-choice head. Null: none. Default <c>gelu</c>.</summary>
    public string? SummaryActivation { get; init; } = "gelu";

    /// <summary>Dropout before the linear layer of a multiple-choice head, in training. Default 0.</summary>
    public double SummaryFirstDropout { get; init; }

    /// <summary>Dropout after the activation function of a multiple-choice head, in training. Default 0.1.</summary>
    public double SummaryLastDropout { get; init; } = 0.1;

    /// <inheritdoc/>
    public override ModelFamily Family => ElectraFamily.Instance;

    /// <inheritdoc/>
    public override int? MaxPositions => MaxPositionEmbeddings;

    /// <inheritdoc/>
    protected override IEnumerable<string> GetValidationErrors()
    {
        var problems = base.GetValidationErrors().Concat(PaddingProblems()).Concat(MustBePositive(("embedding_size", EmbeddingSize)))
            .Concat(MustBeProbability(("summary_first_dropout", SummaryFirstDropout), ("summary_last_dropout", SummaryLastDropout)));
        foreach (var problem in problems.Concat(MustBeActivation(("summary_activation", SummaryActivation ?? NoActivation))))
            yield return problem;
        if (SummaryType is not (First or Last or ClsIndex or Mean))
            yield return $"summary_type is '{SummaryType}'; supported values: {First}, {Last}, {ClsIndex}, {Mean}";
    }
}
