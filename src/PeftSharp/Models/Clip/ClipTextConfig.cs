using PeftSharp.Modeling;
using PeftSharp.Modeling.Layers;

namespace PeftSharp.Models.Clip;

/// <summary>
/// The configuration of CLIP's text model (transformers' <c>CLIPTextConfig</c>). Defaults are those of openai/clip-vit-base-patch32.
/// </summary>
public sealed record ClipTextConfig : TextConfig
{
    /// <summary>Creates the configuration of openai/clip-vit-base-patch32.</summary>
    public ClipTextConfig() => (VocabSize, PadTokenId, BosTokenId, EosTokenId) = (49408, 1, 49406, [49407]);

    /// <inheritdoc/>
    public override ModelFamily Family => ClipTextFamily.Instance;

    /// <summary>Width of the hidden states. Default 512.</summary>
    public int HiddenSize { get; init; } = 512;

    /// <summary>Width of the feed-forward layer. Default 2048.</summary>
    public int IntermediateSize { get; init; } = 2048;

    /// <summary>Width of the embeddings of <see cref="ClipTextModelWithProjection"/>. Default 512.</summary>
    public int ProjectionDim { get; init; } = 512;

    /// <summary>Number of layers. Default 12.</summary>
    public int NumHiddenLayers { get; init; } = 12;

    /// <summary>Number of attention heads per layer; must divide <see cref="HiddenSize"/>. Default 8.</summary>
    public int NumAttentionHeads { get; init; } = 8;

    /// <summary>Maximum number of tokens: the rows of the position embeddings. Default 77.</summary>
    public int MaxPositionEmbeddings { get; init; } = 77;

    /// <summary>Activation function of the feed-forward layer. Default <c>quick_gelu</c>.</summary>
    public string HiddenAct { get; init; } = "quick_gelu";

    /// <summary>Epsilon added to the variance in layer normalization. Default 1e-5.</summary>
    public double LayerNormEps { get; init; } = 1e-5;

    /// <summary>Dropout of attention probabilities in training. Default 0.</summary>
    public double AttentionDropout { get; init; }

    /// <summary>Factor of the standard deviations of initialized weights. Default 1.</summary>
    public double InitializerFactor { get; init; } = 1;

    /// <inheritdoc/>
    public override int? MaxPositions => MaxPositionEmbeddings;

    /// <inheritdoc/>
    public override AttentionShape? AttentionShape =>
        new(NumHiddenLayers, NumAttentionHeads, NumAttentionHeads, HiddenSize / NumAttentionHeads);

    internal EncoderSettings Encoder => new()
    {
        HiddenSize = HiddenSize,
        Heads = NumAttentionHeads,
        IntermediateSize = IntermediateSize,
        Activation = HiddenAct,
        AttentionDropout = AttentionDropout,
        LayerNormEpsilon = LayerNormEps,
    };

    /// <inheritdoc/>
    protected override IEnumerable<string> GetValidationErrors()
    {
        var problems = MustBePositive(
            ("vocab_size", VocabSize), ("hidden_size", HiddenSize), ("intermediate_size", IntermediateSize),
            ("projection_dim", ProjectionDim), ("num_hidden_layers", NumHiddenLayers), ("num_attention_heads", NumAttentionHeads),
            ("max_position_embeddings", MaxPositionEmbeddings))
            .Concat(MustBeProbability(("attention_dropout", AttentionDropout)));
        foreach (var problem in problems) yield return problem;
        if (NumAttentionHeads > 0 && HiddenSize % NumAttentionHeads != 0)
            yield return $"hidden_size {HiddenSize} is not a multiple of num_attention_heads {NumAttentionHeads}";
        if (!ActivationFunctions.Names.Contains(HiddenAct))
            yield return $"hidden_act is '{HiddenAct}'; it must be one of {string.Join(", ", ActivationFunctions.Names)}";
        if (EosTokenId is not { Count: 1 })
            yield return $"eos_token_id is [{string.Join(", ", EosTokenId ?? [])}]; it must be the id of the token that ends a text";
    }

    internal IEnumerable<string> AllProblems() => GetValidationErrors();
}
