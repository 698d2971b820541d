using PeftSharp.Modeling.Layers;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;
using Embedding = PeftSharp.Modeling.Layers.Embedding;      // TorchSharp has a class of the same name

namespace PeftSharp.Modeling;

/// <summary>The body of a decoder with LLaMA's layers: embeddings, decoder layers and a final normalization layer.</summary>
/// <remarks>
/// <para>Outputs <c>last_hidden_state</c> [batch, tokens, hidden], the output of the final normalization layer.</para>
/// <para>
/// Thread safety: several threads can call one model in evaluation mode at once. Training, loading weights, moving and disposing it need
/// exclusive use.
/// </para>
/// </remarks>
/// <typeparam name="TSelf">The derived class.</typeparam>
/// <typeparam name="TConfig">The configuration type.</typeparam>
public abstract class DecoderModel<TSelf, TConfig> : PretrainedModel<TSelf, TConfig>
    where TSelf : DecoderModel<TSelf, TConfig>, IPretrainedModel<TSelf, TConfig>
    where TConfig : DecoderConfig, new()
{
    [ComponentName(Name = "embed_tokens")] private readonly Module<Tensor, Tensor> _words;
    [ComponentName(Name = "layers")] private readonly ModuleList<DecoderLayer> _layers;
    [ComponentName(Name = "norm")] private readonly Module<Tensor, Tensor> _norm;
    private readonly int? _shortLength;

    /// <summary>Creates the model; its weights are not initialized.</summary>
    /// <param name="name">The name of the class in transformers, such as <c>LlamaModel</c>.</param>
    /// <param name="config">The configuration, which is validated.</param>
    /// <exception cref="ArgumentException">The configuration is invalid.</exception>
    protected DecoderModel(string name, TConfig config) : base(name, config)
    {
        var settings = config.Decoder;
        _shortLength = settings.Rotary.ShortLength ?? settings.WindowRotary?.ShortLength;
        _words = new Embedding(config.VocabSize, config.HiddenSize, config.PaddingRow) { Scale = settings.EmbeddingScale };
        _layers = new ModuleList<DecoderLayer>([.. Enumerable.Range(0, config.NumHiddenLayers)
            .Select(layer => new DecoderLayer(settings, layer, config.GetSlidingWindow(layer)))]);
        _norm = new RmsNorm(config.HiddenSize, config.RmsNormEps, settings.HasUnitOffsetNorms);
        RegisterComponents();
    }

    /// <inheritdoc/>
    public override IReadOnlyList<InputSpec> Inputs => InputSpec.ForText(Config, hasCache: true);

    /// <inheritdoc/>
    public override IReadOnlyList<string> OptionNames => ["past_key_values", "output_hidden_states", "output_attentions"];

    /// <inheritdoc/>
    public override Module<Tensor, Tensor> InputEmbeddings => _words;

    internal override int? CacheValidLength => _shortLength;

    /// <inheritdoc/>
    protected override ModelOutput ForwardCore(ModelInputs inputs, ForwardOptions options)
    {
        var embedded = inputs.InputsEmbeds ?? _words.call(inputs.InputIds!);
        using var context = AttentionContext.Causal(inputs.AttentionMask, embedded, inputs.PositionIds, options);
        if (!training && FusedDecoding.TryRun(_layers, _norm, embedded, context, options) is { } state)
            return new ModelOutput { LastHiddenState = state };
        var states = LayerSequence.Run(_layers, embedded, context, options);
        var last = _norm.call(states[^1]);
        return new ModelOutput
        {
            LastHiddenState = last,
            HiddenStates = options.OutputHiddenStates ? [.. states.Take(states.Count - 1), last] : [],
            Attentions = context.Attentions,
        };
    }
}
