using PeftSharp.Modeling;
using PeftSharp.Modeling.Layers;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;
using Dropout = PeftSharp.Modeling.Layers.Dropout;      // TorchSharp has classes of the same names
using Embedding = PeftSharp.Modeling.Layers.Embedding;
using LayerNorm = PeftSharp.Modeling.Layers.LayerNorm;

namespace PeftSharp.Models.Gpt2;

/// <summary>The GPT-2 decoder without a head (Radford et al. 2019; transformers' <c>GPT2Model</c>).</summary>
/// <remarks>
/// <para>
/// Outputs <c>last_hidden_state</c> [batch, tokens, hidden], the output of the final normalization layer. Token types are embedded with the
/// word embeddings.
/// </para>
/// <para>
/// Thread safety: several threads can call one model in evaluation mode at once. Training, loading weights, moving and disposing it need
/// exclusive use.
/// </para>
/// </remarks>
public sealed class Gpt2Model : PretrainedModel<Gpt2Model, Gpt2Config>, IPretrainedModel<Gpt2Model, Gpt2Config>
{
    [ComponentName(Name = "wte")] private readonly Module<Tensor, Tensor> _words;
    [ComponentName(Name = "wpe")] private readonly Module<Tensor, Tensor> _positions;
    [ComponentName(Name = "drop")] private readonly Module<Tensor, Tensor> _dropout;
    [ComponentName(Name = "h")] private readonly ModuleList<Gpt2Block> _blocks;
    [ComponentName(Name = "ln_f")] private readonly Module<Tensor, Tensor> _norm;

    internal Gpt2Model(Gpt2Config config) : base("GPT2Model", config)
    {
        _words = new Embedding(config.VocabSize, config.NEmbd);
        _positions = new Embedding(config.NPositions, config.NEmbd);
        _dropout = new Dropout(config.EmbdPdrop);
        _blocks = new ModuleList<Gpt2Block>([.. Enumerable.Range(0, config.NLayer).Select(layer => new Gpt2Block(config, layer))]);
        _norm = new LayerNorm(config.NEmbd, config.LayerNormEpsilon);
        RegisterComponents();
    }

    static Gpt2Model IPretrainedModel<Gpt2Model, Gpt2Config>.Create(Gpt2Config config) => new(config);

    /// <inheritdoc/>
    public override IReadOnlyList<InputSpec> Inputs =>
    [
        .. InputSpec.ForText(Config, hasCache: true, Config.NPositions, "n_positions"),
        new("token_type_ids", InputKind.Categories) { Limit = Config.VocabSize, LimitField = "vocab_size" },
    ];

    /// <inheritdoc/>
    public override IReadOnlyList<string> OptionNames => ["past_key_values", "output_hidden_states", "output_attentions"];

    /// <inheritdoc/>
    public override Module<Tensor, Tensor> InputEmbeddings => _words;

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">Cached and new tokens exceed the number of positions.</exception>
    protected override ModelOutput ForwardCore(ModelInputs inputs, ForwardOptions options)
    {
        var embedded = Embed(inputs, options.PastKeyValues?.Length ?? 0);
        using var context = AttentionContext.Causal(inputs.AttentionMask, embedded, inputs.PositionIds, options);
        if (!training && StepParts.IsIdentity(_dropout) && FusedDecoding.TryRun(_blocks, _norm, embedded, context, options) is { } state)
            return new ModelOutput { LastHiddenState = state };
        var states = LayerSequence.Run(_blocks, _dropout.call(embedded), context, options);
        var last = _norm.call(states[^1]);
        return new ModelOutput
        {
            LastHiddenState = last,
            HiddenStates = options.OutputHiddenStates ? [.. states.Take(states.Count - 1), last] : [],
            Attentions = context.Attentions,
        };
    }

    private Tensor Embed(ModelInputs inputs, long past)
    {
        var words = inputs.InputsEmbeds ?? _words.call(inputs.InputIds!);
        var all = past + words.shape[1];
        InputCheck.Length(all, Config.NPositions);
        var embedded = words + _positions.call(inputs.PositionIds ?? arange(past, all, ScalarType.Int64, words.device).unsqueeze(0));
        return inputs.TokenTypeIds is { } types ? embedded + _words.call(types) : embedded;
    }
}
