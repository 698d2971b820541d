using PeftSharp.Modeling;
using PeftSharp.Modeling.Layers;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;
using Dropout = PeftSharp.Modeling.Layers.Dropout;          // TorchSharp has classes of the same names
using Embedding = PeftSharp.Modeling.Layers.Embedding;
using LayerNorm = PeftSharp.Modeling.Layers.LayerNorm;

namespace PeftSharp.Models.ModernBert;

/// <summary>The ModernBERT encoder without a head (Warner et al. 2024, arXiv:2412.13663; transformers' <c>ModernBertModel</c>).</summary>
/// <remarks>
/// <para>
/// It has rotary embeddings, layers that attend to all tokens or to a window, gated feed-forward layers, and no pooling layer. Outputs
/// <c>last_hidden_state</c> [batch, tokens, hidden], the output of the final normalization layer.
/// </para>
/// <para>
/// Thread safety: several threads can call one model in evaluation mode at once. Training, loading weights, moving and disposing it need
/// exclusive use.
/// </para>
/// </remarks>
public sealed class ModernBertModel
    : PretrainedModel<ModernBertModel, ModernBertConfig>, IPretrainedModel<ModernBertModel, ModernBertConfig>
{
    [ComponentName(Name = "embeddings")] private readonly Embeddings _embeddings;
    [ComponentName(Name = "layers")] private readonly ModuleList<ModernBertLayer> _layers;
    [ComponentName(Name = "final_norm")] private readonly Module<Tensor, Tensor> _norm;

    internal ModernBertModel(ModernBertConfig config) : base(nameof(ModernBertModel), config)
    {
        var (global, local) = (config.Rotary(isLocal: false), config.Rotary(isLocal: true));
        _embeddings = new Embeddings(config);
        _layers = new ModuleList<ModernBertLayer>([.. Enumerable.Range(0, config.NumHiddenLayers)
            .Select(layer => new ModernBertLayer(config, layer, config.IsLocal(layer) ? local : global))]);
        _norm = new LayerNorm(config.HiddenSize, config.NormEps, config.NormBias);
        RegisterComponents();
    }

    static ModernBertModel IPretrainedModel<ModernBertModel, ModernBertConfig>.Create(ModernBertConfig config) => new(config);

    /// <inheritdoc/>
    public override IReadOnlyList<InputSpec> Inputs => InputSpec.ForText(Config);

    /// <inheritdoc/>
    public override IReadOnlyList<string> OptionNames => ["output_hidden_states", "output_attentions"];

    /// <inheritdoc/>
    public override Module<Tensor, Tensor> InputEmbeddings => _embeddings.Words;

    /// <inheritdoc/>
    protected override ModelOutput ForwardCore(ModelInputs inputs, ForwardOptions options)
    {
        var embedded = _embeddings.call(inputs);
        using var context = AttentionContext.Bidirectional(inputs.AttentionMask, embedded, options, inputs.PositionIds);
        var states = LayerSequence.Run(_layers, embedded, context, options);
        var last = _norm.call(states[^1]);
        return new ModelOutput
        {
            LastHiddenState = last,
            HiddenStates = options.OutputHiddenStates ? [.. states.Take(states.Count - 1), last] : [],
            Attentions = context.Attentions,
        };
    }

    /// <summary>Word embeddings, normalized (<c>ModernBertEmbeddings</c>).</summary>
    private sealed class Embeddings : Module<ModelInputs, Tensor>, IChildInitializer
    {
        [ComponentName(Name = "tok_embeddings")] private readonly Module<Tensor, Tensor> _words;
        [ComponentName(Name = "norm")] private readonly Module<Tensor, Tensor> _norm;
        [ComponentName(Name = "drop")] private readonly Module<Tensor, Tensor> _dropout;
        private readonly ModernBertInitialization _initial;

        internal Embeddings(ModernBertConfig config) : base("ModernBertEmbeddings")
        {
            _words = new Embedding(config.VocabSize, config.HiddenSize, config.PaddingRow);
            _norm = new LayerNorm(config.HiddenSize, config.NormEps, config.NormBias);
            _dropout = new Dropout(config.EmbeddingDropout);
            _initial = new ModernBertInitialization(config);
            RegisterComponents();
        }

        internal Module<Tensor, Tensor> Words => _words;

        public override Tensor forward(ModelInputs inputs)
        {
            using var scope = NewDisposeScope();
            return _dropout.call(_norm.call(inputs.InputsEmbeds ?? _words.call(inputs.InputIds!))).MoveToOuterDisposeScope();
        }

        public void InitializeChild(Module child, string name)
        {
            if (name == "tok_embeddings.weight") _initial.Fill(child, _initial.In);
        }
    }
}
