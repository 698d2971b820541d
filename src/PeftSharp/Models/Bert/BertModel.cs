using PeftSharp.Modeling;
using PeftSharp.Modeling.Layers;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace PeftSharp.Models.Bert;

/// <summary>The BERT encoder without a head (Devlin et al. 2018, arXiv:1810.04805; transformers' <c>BertModel</c>).</summary>
/// <remarks>
/// <para>Outputs <c>last_hidden_state</c> [batch, tokens, hidden] and <c>pooler_output</c> [batch, hidden].</para>
/// <para>
/// Thread safety: several threads can call one model in evaluation mode at once. Training, loading weights, moving and disposing it need
/// exclusive use.
/// </para>
/// </remarks>
public sealed class BertModel : PretrainedModel<BertModel, BertConfig>, IPretrainedModel<BertModel, BertConfig>
{
    [ComponentName(Name = "embeddings")] private readonly TextEmbeddings _embeddings;
    [ComponentName(Name = "encoder")] private readonly Encoder _encoder;
    [ComponentName(Name = "pooler")] private readonly Module<Tensor, Tensor>? _pooler;

    internal BertModel(BertConfig config, bool addPoolingLayer = true) : base(nameof(BertModel), config)
    {
        _embeddings = new TextEmbeddings(
            config.VocabSize, config.MaxPositionEmbeddings, config.TypeVocabSize, config.HiddenSize, config.PaddingRow,
            config.HiddenDropoutProb, config.LayerNormEps);
        _encoder = new Encoder(config.Encoder, config.NumHiddenLayers);
        if (addPoolingLayer) _pooler = new FirstTokenPooler(config.HiddenSize);
        RegisterComponents();
    }

    static BertModel IPretrainedModel<BertModel, BertConfig>.Create(BertConfig config) => new(config);

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
