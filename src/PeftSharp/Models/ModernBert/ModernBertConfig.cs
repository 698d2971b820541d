using PeftSharp.Modeling;
using PeftSharp.Modeling.Layers;

namespace PeftSharp.Models.ModernBert;

/// <summary>
/// The configuration of a ModernBERT model (transformers' <c>ModernBertConfig</c>). Defaults are those of ModernBERT-base.
/// </summary>
public sealed record ModernBertConfig : TextConfig
{
    internal const string FullAttention = "full_attention", SlidingAttention = "sliding_attention";
    internal const double GlobalTheta = 160_000, LocalTheta = 10_000;
    private const string FirstToken = "cls", Mean = "mean";

    /// <summary>Creates the configuration of ModernBERT-base.</summary>
    public ModernBertConfig() => (VocabSize, PadTokenId, BosTokenId, EosTokenId) = (50368, 50283, 50281, [50282]);

    /// <inheritdoc/>
    public override ModelFamily Family => ModernBertFamily.Instance;

    /// <summary>Width of the hidden states. Default 768.</summary>
    public int HiddenSize { get; init; } = 768;

    /// <summary>Width of the feed-forward layer after the gate. Default 1152.</summary>
    public int IntermediateSize { get; init; } = 1152;

    /// <summary>Number of layers. Default 22.</summary>
    public int NumHiddenLayers { get; init; } = 22;

    /// <summary>Number of attention heads per layer; must divide <see cref="HiddenSize"/>. Default 12.</summary>
    public int NumAttentionHeads { get; init; } = 12;

    /// <summary>Activation function of the feed-forward layer's gate. Default <c>gelu</c>.</summary>
    public string HiddenActivation { get; init; } = "gelu";

    /// <summary>Maximum number of tokens in training; longer inputs are allowed. Default 8192.</summary>
    public int MaxPositionEmbeddings { get; init; } = 8192;

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
    /// <c>full_attention</c> or <c>sliding_attention</c> for each layer. Null: <see cref="GlobalAttnEveryNLayers"/> decides.
    /// </summary>
    public IReadOnlyList<string>? LayerTypes { get; init; }

    /// <summary>
    /// Every layer whose zero-based index is a multiple of this attends to all tokens, the others to a window. Only read if
    /// <see cref="LayerTypes"/> is null. Default 3.
    /// </summary>
    public int GlobalAttnEveryNLayers { get; init; } = 3;

    /// <summary>The window in tokens: a token attends to half as many in each direction. Default 128.</summary>
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
    /// What a classifier reads: <c>cls</c>, the first token, or <c>mean</c>, the mean of all tokens that are not padding. Default
    /// <c>cls</c>.
    /// </summary>
    public string ClassifierPooling { get; init; } = FirstToken;

    /// <summary>Dropout before the classifier, in training. Default 0.</summary>
    public double ClassifierDropout { get; init; }

    /// <summary>Whether the linear layer of a head has a bias. Default false.</summary>
    public bool ClassifierBias { get; init; }

    /// <summary>Activation function of a head. Default <c>gelu</c>.</summary>
    public string ClassifierActivation { get; init; } = "gelu";

    /// <summary>
    /// Whether a masked language model with labels returns the logits of the labeled tokens only, float [labeled, vocabulary]. Default
    /// false: the logits of all tokens.
    /// </summary>
    public bool SparsePrediction { get; init; }

    /// <summary>The label of tokens that are not predicted. Only -100 is supported.</summary>
    public int SparsePredIgnoreIndex { get; init; } = -100;

    /// <inheritdoc/>
    public override int? MaxPositions => null;

    /// <inheritdoc/>
    public override AttentionShape? AttentionShape => new(NumHiddenLayers, NumAttentionHeads, NumAttentionHeads, HeadWidth);

    internal int HeadWidth => HiddenSize / NumAttentionHeads;

    /// <summary>Whether a classifier reads the first token only.</summary>
    internal bool PoolsFirstToken => ClassifierPooling == FirstToken;

    /// <summary>Whether a layer attends to a window only.</summary>
    internal bool IsLocal(int layer) =>
        LayerTypes is { } types ? types[layer] == SlidingAttention : layer % GlobalAttnEveryNLayers != 0;

    /// <summary>The rotary embedding of the layers with or without a window.</summary>
    internal RotaryEmbedding Rotary(bool isLocal) => new(Parameters(isLocal), HeadWidth, MaxPositionEmbeddings);

    private RotaryParameters Parameters(bool isLocal) =>
        RopeParameters?.GetValueOrDefault(isLocal ? SlidingAttention : FullAttention)
        ?? new RotaryParameters { RopeTheta = isLocal ? LocalTheta : GlobalTheta };

    /// <inheritdoc/>
    protected override IEnumerable<string> GetValidationErrors()
    {
        var sizes = MustBePositive(
            ("vocab_size", VocabSize), ("hidden_size", HiddenSize), ("intermediate_size", IntermediateSize),
            ("num_hidden_layers", NumHiddenLayers), ("num_attention_heads", NumAttentionHeads),
            ("max_position_embeddings", MaxPositionEmbeddings), ("global_attn_every_n_layers", GlobalAttnEveryNLayers),
            ("local_attention", LocalAttention)).ToArray();
        var probabilities = MustBeProbability(
            ("attention_dropout", AttentionDropout), ("embedding_dropout", EmbeddingDropout), ("mlp_dropout", MlpDropout),
            ("classifier_dropout", ClassifierDropout));
        foreach (var problem in sizes.Concat(probabilities).Concat(PaddingProblems())) yield return problem;
        foreach (var (field, name) in new[] { ("hidden_activation", HiddenActivation), ("classifier_activation", ClassifierActivation) })
            if (!ActivationFunctions.Names.Contains(name))
                yield return $"{field} is '{name}'; it must be one of {string.Join(", ", ActivationFunctions.Names)}";
        var rotary = Parameters(isLocal: false).GetValidationErrors().Concat(Parameters(isLocal: true).GetValidationErrors());
        foreach (var problem in rotary) yield return problem;
        if (ClassifierPooling is not (FirstToken or Mean))
            yield return $"classifier_pooling is '{ClassifierPooling}'; supported values: {FirstToken}, {Mean}";
        if (SparsePredIgnoreIndex != -100) yield return $"sparse_pred_ignore_index is {SparsePredIgnoreIndex}; only -100 is supported";
        if (InitializerCutoffFactor is <= 0)
            yield return FormattableString.Invariant(
                $"initializer_cutoff_factor is {InitializerCutoffFactor}; it must be greater than 0");
        if (LayerTypes is { } types)
        {
            if (types.Count != NumHiddenLayers)
                yield return $"layer_types has {types.Count} entries, but num_hidden_layers is {NumHiddenLayers}";
            foreach (var type in types.Where(type => type is not (FullAttention or SlidingAttention)).Distinct())
                yield return $"layer_types contains '{type}'; supported types: {FullAttention}, {SlidingAttention}";
        }
        if (sizes.Length > 0) yield break;
        if (HiddenSize % NumAttentionHeads != 0)
            yield return $"hidden_size {HiddenSize} is not a multiple of num_attention_heads {NumAttentionHeads}";
        else if (HeadWidth % 2 != 0) yield return $"the width of a head is {HeadWidth}, but rotary embeddings require an even width";
    }
}
