using PeftSharp.Modeling;
using PeftSharp.Modeling.Layers;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace PeftSharp.Models.DebertaV2;

/// <summary>
/// The DeBERTa encoder, version 2 or 3, without a head (He et al. 2020, arXiv:2006.03654, and 2021, arXiv:2111.09543; transformers'
/// <c>DebertaV2Model</c>).
/// </summary>
/// <remarks>
/// <para>
/// It has BERT's layers with disentangled attention and no pooling layer. Outputs <c>last_hidden_state</c> [batch, tokens, hidden].
/// </para>
/// <para>
/// Thread safety: several threads can call one model in evaluation mode at once. Training, loading weights, moving and disposing it need
/// exclusive use.
/// </para>
/// </remarks>
public sealed class DebertaV2Model
    : PretrainedModel<DebertaV2Model, DebertaV2Config>, IPretrainedModel<DebertaV2Model, DebertaV2Config>
{
    [ComponentName(Name = "embeddings")] private readonly DebertaV2Embeddings _embeddings;
    [ComponentName(Name = "encoder")] private readonly DebertaV2Encoder _encoder;

    internal DebertaV2Model(DebertaV2Config config) : base(nameof(DebertaV2Model), config)
    {
        _embeddings = new DebertaV2Embeddings(config);
        _encoder = new DebertaV2Encoder(config);
        RegisterComponents();
    }

    static DebertaV2Model IPretrainedModel<DebertaV2Model, DebertaV2Config>.Create(DebertaV2Config config) => new(config);

    /// <inheritdoc/>
    public override IReadOnlyList<InputSpec> Inputs
    {
        get
        {
            var text = InputSpec.ForText(Config, positions: Config.MaxPositionEmbeddings, positionsField: "max_position_embeddings");
            // A model without embeddings of token types accepts token types, because tokenizers return them, but does not use them.
            var types = new InputSpec("token_type_ids", InputKind.Categories)
            {
                Limit = Config.TypeVocabSize > 0 ? Config.TypeVocabSize : null,
                LimitField = "type_vocab_size",
            };
            return [.. text.Where(input => Config.PositionBiasedInput || input.Kind != InputKind.Positions), types];
        }
    }

    /// <inheritdoc/>
    public override IReadOnlyList<string> OptionNames => ["output_hidden_states", "output_attentions"];

    /// <inheritdoc/>
    public override Module<Tensor, Tensor> InputEmbeddings => _embeddings.Words;

    /// <inheritdoc/>
    protected override ModelOutput ForwardCore(ModelInputs inputs, ForwardOptions options)
    {
        var embedded = _embeddings.call(inputs);
        var mask = inputs.AttentionMask is { } given && given.dim() == 2 ? given : null;
        var pairs = mask is null ? inputs.AttentionMask : PairMask(mask);
        using var context = AttentionContext.Bidirectional(pairs, embedded, options);
        if (mask is not null && pairs is not null) context.ReadQueries = mask.unsqueeze(1).unsqueeze(3).to(ScalarType.Float32);
        var states = _encoder.call(embedded, context, pairs is null ? null : mask, options);
        return new ModelOutput
        {
            LastHiddenState = states[^1],
            HiddenStates = options.OutputHiddenStates ? states : [],
            Attentions = context.Attentions,
        };
    }

    /// <summary>
    /// The mask for each pair of tokens, bool [batch, 1, tokens, tokens], true is attended to. A padding token attends to all tokens, as in
    /// transformers. Null: no token is padding.
    /// </summary>
    private static Tensor? PairMask(Tensor mask)
    {
        using var scope = NewDisposeScope();
        var padding = mask.eq(0);
        if (mask.device_type == TorchSharp.DeviceType.CPU && !padding.any().item<bool>()) return null;
        return mask.ne(0).unsqueeze(1).logical_or(padding.unsqueeze(2)).unsqueeze(1).MoveToOuterDisposeScope();
    }
}
