using System.Text.Json.Serialization;
using PeftSharp.Modeling;
using PeftSharp.Modeling.Layers;

namespace PeftSharp.Models.DebertaV2;

/// <summary>
/// The configuration of a DeBERTa model, version 2 or 3 (transformers' <c>DebertaV2Config</c>), with the defaults of transformers: the
/// sizes of deberta-v2-xlarge.
/// </summary>
public sealed record DebertaV2Config : EncoderConfig
{
    private const string ContentToPosition = "c2p", PositionToContent = "p2c", LayerNorm = "layer_norm", NoNorm = "none";

    /// <summary>Creates a configuration with the defaults of transformers.</summary>
    public DebertaV2Config() =>
        (VocabSize, PadTokenId, HiddenSize, NumHiddenLayers, NumAttentionHeads, IntermediateSize, TypeVocabSize, LayerNormEps) =
            (128100, 0, 1536, 24, 24, 6144, 0, 1e-7);

    /// <inheritdoc/>
    public override ModelFamily Family => DebertaV2Family.Instance;

    /// <summary>Width of the embeddings. If it differs from the hidden size, a linear layer converts them. Null: the hidden size.</summary>
    public int? EmbeddingSize { get; init; }

    /// <summary>Width of an attention head. Only the default is supported: the hidden size divided by the number of heads.</summary>
    public int? AttentionHeadSize { get; init; }

    /// <summary>Whether attention depends on relative positions. Default false.</summary>
    public bool RelativeAttention { get; init; }

    /// <summary>
    /// The largest distance between two tokens that relative positions distinguish; larger distances count as this distance. A value less
    /// than 1 stands for <see cref="TransformerConfig.MaxPositionEmbeddings"/>. Default -1.
    /// </summary>
    public int MaxRelativePositions { get; init; } = -1;

    /// <summary>
    /// Number of buckets of relative positions in each direction. 0 or less: one embedding for each relative position. Default -1.
    /// </summary>
    public int PositionBuckets { get; init; } = -1;

    /// <summary>
    /// The terms of the attention scores in addition to the term of the query's content and the key's content: <c>c2p</c> (the query's
    /// content and the key's position) and <c>p2c</c> (the query's position and the key's content). In config.json, the value is a list or
    /// a string such as <c>p2c|c2p</c>. Null: none.
    /// </summary>
    public IReadOnlyList<string>? PosAttType { get; init; }

    /// <summary>
    /// Whether the query and key projections of the content are also applied to relative positions. Default false: relative positions have
    /// projections of their own.
    /// </summary>
    public bool ShareAttKey { get; init; }

    /// <summary>The normalization of the embeddings of relative positions: <c>layer_norm</c> or <c>none</c>. Default <c>none</c>.</summary>
    public string NormRelEbd { get; init; } = NoNorm;

    /// <summary>Whether absolute positions are added to the embeddings. Default true.</summary>
    public bool PositionBiasedInput { get; init; } = true;

    /// <summary>
    /// Width, in tokens, of the convolution of the embeddings whose result is added to the output of the first layer; odd. Default 0: no
    /// convolution.
    /// </summary>
    public int ConvKernelSize { get; init; }

    /// <summary>Number of groups of the convolution. Default 1.</summary>
    public int ConvGroups { get; init; } = 1;

    /// <summary>Activation function after the convolution. Default <c>tanh</c>.</summary>
    public string ConvAct { get; init; } = "tanh";

    /// <summary>Width of the pooling layer. Only the default is supported: the hidden size.</summary>
    public int? PoolerHiddenSize { get; init; }

    /// <summary>Dropout before the pooling layer, in training. Default 0.</summary>
    public double PoolerDropout { get; init; }

    /// <summary>Activation function of the pooling layer. Default <c>gelu</c>.</summary>
    public string PoolerHiddenAct { get; init; } = "gelu";

    /// <summary>Dropout between the pooling layer and the classifier, in training. Null: the dropout of hidden states.</summary>
    public double? ClsDropout { get; init; }

    /// <summary>
    /// Whether the masked language model has BERT's head (<c>cls.predictions</c>). Default true. The published checkpoints have another
    /// head (<c>lm_predictions.lm_head</c>); set false to load that head.
    /// </summary>
    public bool Legacy { get; init; } = true;

    /// <inheritdoc/>
    public override int? MaxPositions => PositionBiasedInput ? MaxPositionEmbeddings : null;

    /// <summary>The effective width of the embeddings.</summary>
    [JsonIgnore]
    internal int EmbeddingWidth => EmbeddingSize ?? HiddenSize;

    /// <summary>The effective largest relative position.</summary>
    [JsonIgnore]
    internal int MaxDistance => MaxRelativePositions < 1 ? MaxPositionEmbeddings : MaxRelativePositions;

    /// <summary>Number of embeddings of relative positions in each direction.</summary>
    [JsonIgnore]
    internal int Span => PositionBuckets > 0 ? PositionBuckets : MaxDistance;

    internal DisentangledSettings Positions => new(
        RelativeAttention, PosAttType?.Contains(ContentToPosition) == true, PosAttType?.Contains(PositionToContent) == true, ShareAttKey);

    internal bool NormalizesPositions => NormRelEbd.Contains(LayerNorm, StringComparison.OrdinalIgnoreCase);

    private protected override int MinTokenTypes => 0;

    internal override double HeadDropout => ClsDropout ?? HiddenDropoutProb;

    /// <summary>Creates the pooling layer of the first token (transformers' <c>ContextPooler</c>).</summary>
    internal ActivatedLinear CreatePooler() => new(HiddenSize, HiddenSize, PoolerHiddenAct, PoolerDropout);

    /// <inheritdoc/>
    protected override IEnumerable<string> GetValidationErrors()
    {
        var problems = base.GetValidationErrors().Concat(PaddingProblems())
            .Concat(MustBePositive(("embedding_size", EmbeddingWidth), ("conv_groups", ConvGroups)))
            .Concat(MustBeProbability(("pooler_dropout", PoolerDropout), ("cls_dropout", ClsDropout ?? 0)))
            .Concat(MustBeActivation(("conv_act", ConvAct), ("pooler_hidden_act", PoolerHiddenAct)));
        foreach (var problem in problems) yield return problem;
        foreach (var type in PosAttType?.Where(type => type is not (ContentToPosition or PositionToContent)).Distinct() ?? [])
            yield return $"pos_att_type contains '{type}'; supported types: {ContentToPosition}, {PositionToContent}";
        if (NormRelEbd.Split('|', StringSplitOptions.TrimEntries).FirstOrDefault(IsUnknownNorm) is { } norm)
            yield return $"norm_rel_ebd is '{norm}'; supported values: {LayerNorm}, {NoNorm}";
        if (NumAttentionHeads > 0 && AttentionHeadSize is { } width && width * NumAttentionHeads != HiddenSize)
            yield return $"attention_head_size is {width}; only hidden_size / num_attention_heads is supported";
        if (PoolerHiddenSize is { } pooled && pooled != HiddenSize)
            yield return $"pooler_hidden_size is {pooled}; only hidden_size ({HiddenSize}) is supported";
        if (RelativeAttention && PositionBuckets > 0 && (PositionBuckets < 2 || MaxDistance - 1 <= PositionBuckets / 2))
            yield return $"position_buckets is {PositionBuckets}; it must be at least 2 and less than {2L * (MaxDistance - 1)}, "
                + "which is twice (max_relative_positions - 1)";
        if (ConvKernelSize < 0 || (ConvKernelSize > 0 && ConvKernelSize % 2 == 0))
            yield return $"conv_kernel_size is {ConvKernelSize}; it must be odd, or 0 for no convolution";
        if (ConvKernelSize > 0 && ConvGroups > 0 && HiddenSize % ConvGroups != 0)
            yield return $"hidden_size {HiddenSize} is not a multiple of conv_groups {ConvGroups}";
        if (!Legacy && EmbeddingWidth != HiddenSize)
            yield return $"embedding_size {EmbeddingWidth} differs from hidden_size {HiddenSize}, which requires legacy: true";
        if (ClassifierDropout is not null) yield return "classifier_dropout is set, but DeBERTa reads cls_dropout: set cls_dropout instead";
    }

    private static bool IsUnknownNorm(string name) =>
        !name.Equals(LayerNorm, StringComparison.OrdinalIgnoreCase) && !name.Equals(NoNorm, StringComparison.OrdinalIgnoreCase);
}
