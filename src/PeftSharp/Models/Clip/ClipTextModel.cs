using PeftSharp.Modeling;
using PeftSharp.Modeling.Layers;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;
using Embedding = PeftSharp.Modeling.Layers.Embedding;      // TorchSharp has classes of the same names
using LayerNorm = PeftSharp.Modeling.Layers.LayerNorm;

namespace PeftSharp.Models.Clip;

/// <summary>CLIP's text model without a projection (Radford et al. 2021, arXiv:2103.00020; transformers' <c>CLIPTextModel</c>).</summary>
/// <remarks>
/// <para>
/// Outputs <c>last_hidden_state</c> [batch, tokens, hidden], which is normalized, and <c>pooler_output</c> [batch, hidden], the state of
/// the first end-of-sequence token. If <c>eos_token_id</c> is 2, as in older configurations, <c>pooler_output</c> is the state of the token
/// with the highest id.
/// </para>
/// <para>
/// Thread safety: several threads can call one model in evaluation mode at once. Training, loading weights, moving and disposing it need
/// exclusive use.
/// </para>
/// </remarks>
public sealed class ClipTextModel : PretrainedModel<ClipTextModel, ClipTextConfig>, IPretrainedModel<ClipTextModel, ClipTextConfig>
{
    private const int OlderEosTokenId = 2;
    private const double EmbeddingDeviation = 0.02;

    [ComponentName(Name = "embeddings")] private readonly Embeddings _embeddings;
    [ComponentName(Name = "encoder")] private readonly ClipEncoder _encoder;
    [ComponentName(Name = "final_layer_norm")] private readonly Module<Tensor, Tensor> _norm;

    internal ClipTextModel(ClipTextConfig config) : base("CLIPTextModel", config)
    {
        _embeddings = new Embeddings(config);
        _encoder = new ClipEncoder(config.Encoder, config.NumHiddenLayers, config.InitializerFactor);
        _norm = new LayerNorm(config.HiddenSize, config.LayerNormEps);
        RegisterComponents();
    }

    static ClipTextModel IPretrainedModel<ClipTextModel, ClipTextConfig>.Create(ClipTextConfig config) => new(config);

    /// <inheritdoc/>
    public override IReadOnlyList<InputSpec> Inputs =>
        [.. InputSpec.ForText(Config, positions: Config.MaxPositionEmbeddings, positionsField: "max_position_embeddings")
            .Where(input => input.Kind != InputKind.Embeddings)];

    /// <inheritdoc/>
    public override IReadOnlyList<string> OptionNames => ["output_hidden_states", "output_attentions"];

    /// <inheritdoc/>
    public override Module<Tensor, Tensor> InputEmbeddings => _embeddings.Tokens;

    /// <inheritdoc/>
    /// <exception cref="DatasetException">A text has no end-of-sequence token.</exception>
    protected override ModelOutput ForwardCore(ModelInputs inputs, ForwardOptions options)
    {
        var embedded = _embeddings.call(inputs);
        using var context = AttentionContext.Causal(inputs.AttentionMask, embedded, null, options);
        var states = _encoder.call(embedded, context, options);
        var last = _norm.call(states[^1]);
        return new ModelOutput
        {
            LastHiddenState = last,
            PoolerOutput = last.index([arange(last.shape[0], ScalarType.Int64, last.device), Ends(inputs.InputIds!)]),
            HiddenStates = options.OutputHiddenStates ? states : [],
            Attentions = context.Attentions,
        };
    }

    /// <summary>The position of the end of each text, int64 [batch].</summary>
    private Tensor Ends(Tensor ids)
    {
        var end = Config.EosTokenId![0];
        if (end == OlderEosTokenId) return ids.argmax(-1);
        var isEnd = ids.eq(end);
        // Values on a GPU are not checked, as elsewhere in the library.
        if (ids.device_type == DeviceType.CPU && isEnd.any(-1).logical_not() is var without && without.any().item<bool>())
            throw new DatasetException($"'input_ids' has no end-of-sequence token {end} (eos_token_id) in row "
                + $"{without.nonzero()[0, 0].item<long>()} of the batch. Encode the texts with the tokenizer of the model, and let the "
                + "tokenizer add the special tokens and truncate the texts.");
        return isEnd.to(ScalarType.Int32).argmax(-1);
    }

    /// <summary>Token and position embeddings (<c>CLIPTextEmbeddings</c>).</summary>
    private sealed class Embeddings : Module<ModelInputs, Tensor>
    {
        [ComponentName(Name = "token_embedding")] private readonly Module<Tensor, Tensor> _tokens;
        [ComponentName(Name = "position_embedding")] private readonly Module<Tensor, Tensor> _positions;

        internal Embeddings(ClipTextConfig config) : base("CLIPTextEmbeddings")
        {
            var deviation = config.InitializerFactor * EmbeddingDeviation;
            _tokens = new Embedding(config.VocabSize, config.HiddenSize) { InitialDeviation = deviation };
            _positions = new Embedding(config.MaxPositionEmbeddings, config.HiddenSize) { InitialDeviation = deviation };
            RegisterComponents();
        }

        internal Module<Tensor, Tensor> Tokens => _tokens;

        public override Tensor forward(ModelInputs inputs)
        {
            using var scope = NewDisposeScope();
            var ids = inputs.InputIds!;
            var positions = inputs.PositionIds ?? arange(ids.shape[1], ScalarType.Int64, ids.device).unsqueeze(0);
            return (_tokens.call(ids) + _positions.call(positions)).MoveToOuterDisposeScope();
        }
    }
}
