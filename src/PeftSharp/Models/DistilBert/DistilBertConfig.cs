using PeftSharp.Modeling;

namespace PeftSharp.Models.DistilBert;

/// <summary>
/// The configuration of a DistilBERT model (transformers' <c>DistilBertConfig</c>). Defaults are those of distilbert-base-uncased.
/// </summary>
public sealed record DistilBertConfig : TextConfig
{
    /// <summary>Epsilon added to the variance in layer normalization; not a field of <c>config.json</c>.</summary>
    internal const double LayerNormEpsilon = 1e-12;

    /// <summary>Creates the configuration of distilbert-base-uncased.</summary>
    public DistilBertConfig() => (VocabSize, PadTokenId) = (30522, 0);

    /// <inheritdoc/>
    public override ModelFamily Family => DistilBertFamily.Instance;

    /// <summary>Maximum number of tokens: the rows of the position embeddings. Default 512.</summary>
    public int MaxPositionEmbeddings { get; init; } = 512;

    /// <summary>Whether new position embeddings are initialized to sines and cosines. Default false.</summary>
    public bool SinusoidalPosEmbds { get; init; }

    /// <summary>Number of layers. Default 6.</summary>
    public int NLayers { get; init; } = 6;

    /// <summary>Number of attention heads per layer; must divide <see cref="Dim"/>. Default 12.</summary>
    public int NHeads { get; init; } = 12;

    /// <summary>Width of the hidden states. Default 768.</summary>
    public int Dim { get; init; } = 768;

    /// <summary>Width of the feed-forward layer. Default 3072.</summary>
    public int HiddenDim { get; init; } = 3072;

    /// <summary>Dropout of hidden states in training, also before a token classifier. Default 0.1.</summary>
    public double Dropout { get; init; } = 0.1;

    /// <summary>Dropout of attention probabilities in training. Default 0.1.</summary>
    public double AttentionDropout { get; init; } = 0.1;

    /// <summary>Activation function of the feed-forward layer. Default <c>gelu</c>.</summary>
    public string Activation { get; init; } = "gelu";

    /// <summary>Dropout before the layer that scores the tokens of an answer, in training. Default 0.1.</summary>
    public double QaDropout { get; init; } = 0.1;

    /// <summary>Dropout before the classifier of whole texts or of choices, in training. Default 0.2.</summary>
    public double SeqClassifDropout { get; init; } = 0.2;

    /// <inheritdoc/>
    public override int? MaxPositions => MaxPositionEmbeddings;

    /// <inheritdoc/>
    public override AttentionShape? AttentionShape => new(NLayers, NHeads, NHeads, Dim / NHeads);

    /// <inheritdoc/>
    protected override IEnumerable<string> GetValidationErrors()
    {
        var sizes = MustBePositive(
            ("vocab_size", VocabSize), ("max_position_embeddings", MaxPositionEmbeddings), ("n_layers", NLayers), ("n_heads", NHeads),
            ("dim", Dim), ("hidden_dim", HiddenDim));
        var probabilities = MustBeProbability(
            ("dropout", Dropout), ("attention_dropout", AttentionDropout), ("qa_dropout", QaDropout),
            ("seq_classif_dropout", SeqClassifDropout));
        var activations = MustBeActivation(("activation", Activation));
        foreach (var problem in sizes.Concat(probabilities).Concat(activations).Concat(PaddingProblems())) yield return problem;
        if (NHeads > 0 && Dim % NHeads != 0) yield return $"dim {Dim} is not a multiple of n_heads {NHeads}";
    }
}
