using PeftSharp.Modeling;
using PeftSharp.Modeling.Layers;

namespace PeftSharp.Models.ModernBert;

/// <summary>
/// The configuration of a ModernBERT model (transformers' <c>ModernBertConfig</c>). The default sizes are those of ModernBERT-base.
/// </summary>
public sealed record ModernBertConfig : TransformerConfig
{
    internal const double GlobalTheta = 160_000, LocalTheta = 10_000;
    private const string FirstToken = "cls", Mean = "mean";

    /// <summary>Creates a configuration with the default values of transformers.</summary>
    public ModernBertConfig()
    {
        (VocabSize, PadTokenId, BosTokenId, EosTokenId) = (50368, 50283, 50281, [50282]);
        (HiddenSize, NumHiddenLayers, NumAttentionHeads, IntermediateSize, MaxPositionEmbeddings) = (768, 22, 12, 1152, 8192);
    }

    /// <inheritdoc/>
    public override ModelFamily Family => ModernBertFamily.Instance;

    /// <summary>Activation function of the feed-forward layer's gate. Default <c>gelu</c>.</summary>
    public string HiddenActivation { get; init; } = "gelu";

    /// <summary>Initialized weights are at most this many standard deviations from 0. Null: 3. Default 2.</summary>
    public double? InitializerCutoffFactor { get; init; } = 2;

    /// <summary>Epsilon added to the variance in layer normalization. Default 1e-5.</summary>
    public double NormEps { get; init; } = 1e-5;

    /// <summary>Whether layer normalization has a bias. Default false.</summary>
    public bool NormBias { get; init; }

    /// <summary>Whether the projections of attention have a bias. Default false.</summary>
    public bool AttentionBias { get; init; }

    /// <summary>Dropout of attention probabilities and after the projection of attention, in training. Default 0.</summary>
    public double AttentionDropout { get; init; }

    /// <summary>
    /// <c>full_attention</c> or <c>sliding_attention</c> for each layer. Null: <see cref="GlobalAttnEveryNLayers"/> determines the type of
    /// each layer.
    /// </summary>
    public IReadOnlyList<string>? LayerTypes { get; init; }

    /// <summary>
    /// Every layer whose zero-based index is a multiple of this number attends to all tokens. The other layers attend to a sliding window.
    /// Only read if <see cref="LayerTypes"/> is null. Default 3.
    /// </summary>
    public int GlobalAttnEveryNLayers { get; init; } = 3;

    /// <summary>The width of the sliding window in tokens: a token attends to half as many tokens on each side. Default 128.</summary>
    public int LocalAttention { get; init; } = 128;

    /// <summary>
    /// Base and scaling of the rotary embeddings, by type of layer. Null or a missing type: base 160000 for <c>full_attention</c> and 10000
    /// for <c>sliding_attention</c>.
    /// </summary>
    public IReadOnlyDictionary<string, RotaryParameters>? RopeParameters { get; init; }

    /// <summary>Dropout after the embeddings, in training. Default 0.</summary>
    public double EmbeddingDropout { get; init; }

    /// <summary>Whether the projections of the feed-forward layer have a bias. Default false.</summary>
    public bool MlpBias { get; init; }

    /// <summary>Dropout in the feed-forward layer, in training. Default 0.</summary>
    public double MlpDropout { get; init; }

    /// <summary>Whether the layer that computes the logits of a masked language model has a bias. Default true.</summary>
    public bool DecoderBias { get; init; } = true;

    /// <summary>
    /// What the head for sequence classification or multiple choice reads: <c>cls</c>, the first token, or <c>mean</c>, the mean of all
    /// tokens that are not padding. Default <c>cls</c>.
    /// </summary>
    public string ClassifierPooling { get; init; } = FirstToken;

    /// <summary>Dropout before the classifier, in training. Default 0.</summary>
    public double ClassifierDropout { get; init; }

    /// <summary>Whether the linear layer before the classifier or the logits (<c>head.dense</c>) has a bias. Default false.</summary>
    public bool ClassifierBias { get; init; }

    /// <summary>Activation function after the linear layer <c>head.dense</c>. Default <c>gelu</c>.</summary>
    public string ClassifierActivation { get; init; } = "gelu";

    /// <summary>
    /// Whether a masked language model with labels returns the logits of the labeled tokens only, float [labeled, vocabulary]. If no token
    /// is labeled, it returns the logits of all tokens, float [batch · tokens, vocabulary]. Default false.
    /// </summary>
    public bool SparsePrediction { get; init; }

    /// <summary>The label of tokens that are not predicted. Only -100 is supported.</summary>
    public int SparsePredIgnoreIndex { get; init; } = -100;

    /// <inheritdoc/>
    public override int? MaxPositions => null;

    internal int HeadWidth => HiddenSize / NumAttentionHeads;

    /// <summary>Whether a classifier reads the first token only.</summary>
    internal bool PoolsFirstToken => ClassifierPooling == FirstToken;

    /// <summary>Whether a layer attends to a window only.</summary>
    internal bool IsLocal(int layer) =>
        LayerTypes is { } types ? AttentionTypes.IsSliding(types[layer]) : layer % GlobalAttnEveryNLayers != 0;

    /// <summary>The rotary embedding of the layers with or without a window.</summary>
    internal RotaryEmbedding Rotary(bool isLocal) => new(Parameters(isLocal), HeadWidth, MaxPositionEmbeddings);

    private RotaryParameters Parameters(bool isLocal) =>
        RopeParameters?.GetValueOrDefault(isLocal ? AttentionTypes.Sliding : AttentionTypes.Full)
        ?? new RotaryParameters { RopeTheta = isLocal ? LocalTheta : GlobalTheta };

    /// <inheritdoc/>
    protected override IEnumerable<string> GetValidationErrors()
    {
        string[] sizes = [.. SizeProblems(), .. MustBePositive(
            ("global_attn_every_n_layers", GlobalAttnEveryNLayers), ("local_attention", LocalAttention))];
        var probabilities = MustBeProbability(
            ("attention_dropout", AttentionDropout), ("embedding_dropout", EmbeddingDropout), ("mlp_dropout", MlpDropout),
            ("classifier_dropout", ClassifierDropout)).Concat(MustNotBeNegative(("norm_eps", NormEps)));
        var activations = MustBeActivation(("hidden_activation", HiddenActivation), ("classifier_activation", ClassifierActivation));
        var types = AttentionTypes.GetValidationErrors(LayerTypes, NumHiddenLayers, LocalAttention, "local_attention");
        foreach (var problem in sizes.Concat(probabilities).Concat(activations).Concat(types).Concat(PaddingProblems()))
            yield return problem;
        foreach (var rotary in new[] { Parameters(isLocal: false), Parameters(isLocal: true) })
            foreach (var problem in rotary.GetValidationErrors().Concat(rotary.PartialProblems())) yield return problem;
        if (ClassifierPooling is not (FirstToken or Mean))
            yield return $"classifier_pooling is '{ClassifierPooling}'; supported values: {FirstToken}, {Mean}";
        if (SparsePredIgnoreIndex != -100) yield return $"sparse_pred_ignore_index is {SparsePredIgnoreIndex}; only -100 is supported";
        if (InitializerCutoffFactor is <= 0)
            yield return FormattableString.Invariant($"initializer_cutoff_factor is {InitializerCutoffFactor}; it must be greater than 0");
        if (sizes.Length > 0) yield break;
        foreach (var problem in HeadProblems().Concat(Parameters(isLocal: false).WidthProblems(HeadWidth))) yield return problem;
    }
}
