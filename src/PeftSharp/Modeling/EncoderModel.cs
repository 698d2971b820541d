using PeftSharp.Modeling.Layers;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;
using Linear = PeftSharp.Modeling.Layers.Linear;      // not TorchSharp's function of the same name

namespace PeftSharp.Modeling;

/// <summary>An encoder with BERT's embeddings and layers, without a head: the body of BERT, RoBERTa and similar models.</summary>
/// <remarks>
/// <para>
/// Outputs <c>last_hidden_state</c> [batch, tokens, hidden] and, if the model has a pooling layer, <c>pooler_output</c> [batch, hidden].
/// </para>
/// <para>
/// Thread safety: several threads can call one model in evaluation mode at once. Training, loading weights, moving and disposing it need
/// exclusive use.
/// </para>
/// </remarks>
/// <typeparam name="TSelf">The derived class.</typeparam>
/// <typeparam name="TConfig">The configuration type.</typeparam>
public abstract class EncoderModel<TSelf, TConfig> : PretrainedModel<TSelf, TConfig>
    where TSelf : EncoderModel<TSelf, TConfig>, IPretrainedModel<TSelf, TConfig>
    where TConfig : EncoderConfig, new()
{
    // Not private, because TorchSharp registers only the fields that the derived class can see.
    [ComponentName(Name = "embeddings")] private protected readonly TextEmbeddings _embeddings;
    [ComponentName(Name = "embeddings_project")] private protected readonly Module<Tensor, Tensor>? _projection;
    [ComponentName(Name = "encoder")] private protected readonly Encoder _encoder;
    [ComponentName(Name = "pooler")] private protected readonly Module<Tensor, Tensor>? _pooler;

    /// <param name="name">The name of the class in transformers, such as <c>BertModel</c>.</param>
    /// <param name="config">The configuration.</param>
    /// <param name="addPoolingLayer">Whether the model has a pooling layer.</param>
    /// <param name="positionPadding">The position of padding tokens, as in <see cref="TextEmbeddings"/>.</param>
    /// <param name="embeddingSize">
    /// Width of the embeddings. If it differs from the width of the hidden states, a linear layer converts the embeddings. Null: the width
    /// of the hidden states.
    /// </param>
    private protected EncoderModel(
        string name, TConfig config, bool addPoolingLayer, int? positionPadding = null, int? embeddingSize = null)
        : base(name, config)
    {
        var width = embeddingSize ?? config.HiddenSize;
        _embeddings = new TextEmbeddings(
            config.VocabSize, config.MaxPositionEmbeddings, config.TypeVocabSize, width, config.PaddingRow,
            config.HiddenDropoutProb, config.LayerNormEps, positionPadding);
        if (width != config.HiddenSize) _projection = new Linear(width, config.HiddenSize);
        _encoder = new Encoder(config.Encoder, config.NumHiddenLayers);
        if (addPoolingLayer) _pooler = new FirstTokenPooler(config.HiddenSize);
        RegisterComponents();
    }

    /// <inheritdoc/>
    public override IReadOnlyList<InputSpec> Inputs =>
    [
        .. InputSpec.ForText(Config, positions: Config.MaxPositionEmbeddings, positionsField: "max_position_embeddings"),
        new("token_type_ids", InputKind.Categories) { Limit = Config.TypeVocabSize, LimitField = "type_vocab_size" },
    ];

    /// <inheritdoc/>
    public override IReadOnlyList<string> OptionNames => ["output_hidden_states", "output_attentions"];

    /// <inheritdoc/>
    public override Module<Tensor, Tensor> InputEmbeddings => _embeddings.Words;

    /// <inheritdoc/>
    protected override ModelOutput ForwardCore(ModelInputs inputs, ForwardOptions options)
    {
        var embedded = _embeddings.call(inputs);
        if (_projection is not null) embedded = _projection.call(embedded);
        using var context = AttentionContext.Bidirectional(inputs.AttentionMask, embedded, options);
        var states = _encoder.call(embedded, context, options);
        return new ModelOutput
        {
            LastHiddenState = states[^1],
            PoolerOutput = _pooler?.call(states[^1]),
            HiddenStates = options.OutputHiddenStates ? states : [],
            Attentions = context.Attentions,
        };
    }
}
