using PeftSharp.Modeling;

namespace PeftSharp.Models.Gpt2;

/// <summary>The configuration of a GPT-2 model (transformers' <c>GPT2Config</c>). Defaults are those of the smallest GPT-2.</summary>
public sealed record Gpt2Config : TextConfig
{
    private const double DefaultHeadDropout = 0.1;

    /// <summary>Creates the configuration of the smallest GPT-2.</summary>
    public Gpt2Config() => (VocabSize, BosTokenId, EosTokenId) = (50257, 50256, [50256]);

    /// <inheritdoc/>
    public override ModelFamily Family => Gpt2Family.Instance;

    /// <summary>Maximum number of tokens. Default 1024.</summary>
    public int NPositions { get; init; } = 1024;

    /// <summary>Width of the hidden states. Default 768.</summary>
    public int NEmbd { get; init; } = 768;

    /// <summary>Number of layers. Default 12.</summary>
    public int NLayer { get; init; } = 12;

    /// <summary>Number of attention heads per layer; must divide <see cref="NEmbd"/>. Default 12.</summary>
    public int NHead { get; init; } = 12;

    /// <summary>Width of the feed-forward layer. Null: four times <see cref="NEmbd"/>.</summary>
    public int? NInner { get; init; }

    /// <summary>Activation function of the feed-forward layer. Default <c>gelu_new</c>.</summary>
    public string ActivationFunction { get; init; } = "gelu_new";

    /// <summary>Dropout of the output of attention and feed-forward layers, in training. Default 0.1.</summary>
    public double ResidPdrop { get; init; } = 0.1;

    /// <summary>Dropout of the embeddings in training. Default 0.1.</summary>
    public double EmbdPdrop { get; init; } = 0.1;

    /// <summary>Dropout of attention probabilities in training. Default 0.1.</summary>
    public double AttnPdrop { get; init; } = 0.1;

    /// <summary>Epsilon added to the variance in layer normalization. Default 1e-5.</summary>
    public double LayerNormEpsilon { get; init; } = 1e-5;

    /// <summary>Whether attention scores are divided by the square root of the head width. Default true.</summary>
    public bool ScaleAttnWeights { get; init; } = true;

    /// <summary>Whether the attention scores of layer i (from 1) are also divided by i. Default false.</summary>
    public bool ScaleAttnByInverseLayerIdx { get; init; }

    /// <summary>Whether attention is computed in float32 if the weights have a narrower type. Default false.</summary>
    public bool ReorderAndUpcastAttn { get; init; }

    /// <summary>Dropout before a token classifier. Null: <see cref="HiddenDropout"/>.</summary>
    public double? ClassifierDropout { get; init; }

    /// <summary>Dropout before a token classifier if <see cref="ClassifierDropout"/> is null. Null: 0.1.</summary>
    public double? HiddenDropout { get; init; }

    /// <summary>Whether the layers use cross-attention. Not supported: creating a model with true throws.</summary>
    public bool AddCrossAttention { get; init; }

    /// <inheritdoc/>
    public override int? MaxPositions => NPositions;

    /// <inheritdoc/>
    public override AttentionShape? AttentionShape => new(NLayer, NHead, NHead, NEmbd / NHead);

    /// <summary>The effective width of the feed-forward layer.</summary>
    internal int FeedForwardWidth => NInner ?? 4 * NEmbd;

    /// <summary>The effective dropout before a token classifier.</summary>
    internal double HeadDropout => ClassifierDropout ?? HiddenDropout ?? DefaultHeadDropout;

    /// <inheritdoc/>
    protected override IEnumerable<string> GetValidationErrors()
    {
        var sizes = MustBePositive(
            ("vocab_size", VocabSize), ("n_positions", NPositions), ("n_embd", NEmbd), ("n_layer", NLayer), ("n_head", NHead),
            ("n_inner", FeedForwardWidth));
        var probabilities = MustBeProbability(
            ("resid_pdrop", ResidPdrop), ("embd_pdrop", EmbdPdrop), ("attn_pdrop", AttnPdrop), ("classifier_dropout", HeadDropout));
        foreach (var problem in sizes.Concat(probabilities).Concat(MustNotBeNegative(("layer_norm_epsilon", LayerNormEpsilon)))
            .Concat(MustBeActivation(("activation_function", ActivationFunction))))
            yield return problem;
        if (NHead > 0 && NEmbd % NHead != 0) yield return $"n_embd {NEmbd} is not a multiple of n_head {NHead}";
        if (AddCrossAttention) yield return "add_cross_attention is true, but only self-attention is supported";
    }
}
