using PeftSharp.Modeling;
using PeftSharp.Modeling.Layers;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace PeftSharp.Models.DistilBert;

/// <summary>The DistilBERT encoder without a head (Sanh et al. 2019, arXiv:1910.01108; transformers' <c>DistilBertModel</c>).</summary>
/// <remarks>
/// <para>It has BERT's layers, but no token types and no pooling layer. Outputs <c>last_hidden_state</c> [batch, tokens, hidden].</para>
/// <para>
/// Thread safety: several threads can call one model in evaluation mode at once. Training, loading weights, moving and disposing it need
/// exclusive use.
/// </para>
/// </remarks>
public sealed class DistilBertModel
    : PretrainedModel<DistilBertModel, DistilBertConfig>, IPretrainedModel<DistilBertModel, DistilBertConfig>
{
    [ComponentName(Name = "embeddings")] private readonly TextEmbeddings _embeddings;
    [ComponentName(Name = "transformer")] private readonly Transformer _transformer;

    internal DistilBertModel(DistilBertConfig config) : base(nameof(DistilBertModel), config)
    {
        _embeddings = new TextEmbeddings(
            config.VocabSize, config.MaxPositionEmbeddings, types: 0, config.Dim, config.PaddingRow, config.Dropout,
            DistilBertConfig.LayerNormEpsilon, sinusoidalPositions: config.SinusoidalPosEmbds);
        _transformer = new Transformer(config);
        RegisterComponents();
    }

    static DistilBertModel IPretrainedModel<DistilBertModel, DistilBertConfig>.Create(DistilBertConfig config) => new(config);

    /// <inheritdoc/>
    public override IReadOnlyList<InputSpec> Inputs =>
        InputSpec.ForText(Config, positions: Config.MaxPositionEmbeddings, positionsField: "max_position_embeddings");

    /// <inheritdoc/>
    public override IReadOnlyList<string> OptionNames => ["output_hidden_states", "output_attentions"];

    /// <inheritdoc/>
    public override Module<Tensor, Tensor> InputEmbeddings => _embeddings.Words;

    /// <inheritdoc/>
    protected override ModelOutput ForwardCore(ModelInputs inputs, ForwardOptions options)
    {
        var embedded = _embeddings.call(inputs);
        using var context = AttentionContext.Bidirectional(inputs.AttentionMask, embedded, options);
        var states = _transformer.call(embedded, context, options);
        return new ModelOutput
        {
            LastHiddenState = states[^1],
            HiddenStates = options.OutputHiddenStates ? states : [],
            Attentions = context.Attentions,
        };
    }

    /// <summary>The stack of layers (<c>Transformer</c>).</summary>
    private sealed class Transformer : Module<Tensor, AttentionContext, ForwardOptions, IReadOnlyList<Tensor>>
    {
        [ComponentName(Name = "layer")] private readonly ModuleList<DistilBertLayer> _layers;

        internal Transformer(DistilBertConfig config) : base(nameof(Transformer))
        {
            _layers = new ModuleList<DistilBertLayer>(
                [.. Enumerable.Range(0, config.NLayers).Select(layer => new DistilBertLayer(config, layer))]);
            RegisterComponents();
        }

        public override IReadOnlyList<Tensor> forward(Tensor x, AttentionContext context, ForwardOptions options) =>
            LayerSequence.Run(_layers, x, context, options);
    }
}
