using PeftSharp.Modeling;
using PeftSharp.Modeling.Layers;

namespace PeftSharp.Models.Vit;

/// <summary>The configuration of a ViT model (transformers' <c>ViTConfig</c>). Defaults are those of google/vit-base-patch16-224.</summary>
public sealed record VitConfig : VisionConfig
{
    /// <inheritdoc/>
    public override ModelFamily Family => VitFamily.Instance;

    /// <summary>Dropout of hidden states in training. Default 0.</summary>
    public double HiddenDropoutProb { get; init; }

    /// <summary>Dropout of attention probabilities in training. Default 0.</summary>
    public double AttentionProbsDropoutProb { get; init; }

    /// <summary>Whether the projections to queries, keys and values have a bias. Default true.</summary>
    public bool QkvBias { get; init; } = true;

    /// <summary>Width of the pooled output of <see cref="VitModel"/>. Null: <see cref="VisionConfig.HiddenSize"/>.</summary>
    public int? PoolerOutputSize { get; init; }

    /// <summary>Activation function of the pooled output. Default <c>tanh</c>.</summary>
    public string PoolerAct { get; init; } = "tanh";

    internal EncoderSettings Encoder => new()
    {
        HiddenSize = HiddenSize,
        Heads = NumAttentionHeads,
        IntermediateSize = IntermediateSize,
        Activation = HiddenAct,
        HiddenDropout = HiddenDropoutProb,
        AttentionDropout = AttentionProbsDropoutProb,
        LayerNormEpsilon = LayerNormEps,
        HasQueryKeyValueBias = QkvBias,
    };

    /// <inheritdoc/>
    protected override IEnumerable<string> GetValidationErrors() => base.GetValidationErrors()
        .Concat(MustBePositive(("pooler_output_size", PoolerOutputSize ?? HiddenSize)))
        .Concat(MustBeProbability(("hidden_dropout_prob", HiddenDropoutProb), ("attention_probs_dropout_prob", AttentionProbsDropoutProb)))
        .Concat(MustBeActivation(("pooler_act", PoolerAct)));
}
