using PeftSharp.Modeling;
using PeftSharp.Modeling.Layers;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;
using Embedding = PeftSharp.Modeling.Layers.Embedding;      // TorchSharp has classes of the same names
using LayerNorm = PeftSharp.Modeling.Layers.LayerNorm;
using Parameter = TorchSharp.Modules.Parameter;

namespace PeftSharp.Models.Clip;

/// <summary>
/// CLIP's vision model without a projection (Radford et al. 2021, arXiv:2103.00020; transformers' <c>CLIPVisionModel</c>).
/// </summary>
/// <remarks>
/// <para>
/// Reads <c>pixel_values</c>, float [batch, channels, height, width]. Outputs <c>last_hidden_state</c> [batch, 1 + patches, hidden] and
/// <c>pooler_output</c> [batch, hidden], the normalized state of the class token.
/// </para>
/// <para>
/// Thread safety: several threads can call one model in evaluation mode at once. Training, loading weights, moving and disposing it need
/// exclusive use.
/// </para>
/// </remarks>
public sealed class ClipVisionModel
    : PretrainedModel<ClipVisionModel, ClipVisionConfig>, IPretrainedModel<ClipVisionModel, ClipVisionConfig>
{
    [ComponentName(Name = "embeddings")] private readonly Embeddings _embeddings;
    [ComponentName(Name = "pre_layrnorm")] private readonly Module<Tensor, Tensor> _before;      // spelled as in transformers
    [ComponentName(Name = "encoder")] private readonly ClipEncoder _encoder;
    [ComponentName(Name = "post_layernorm")] private readonly Module<Tensor, Tensor> _after;

    internal ClipVisionModel(ClipVisionConfig config) : base("CLIPVisionModel", config)
    {
        _embeddings = new Embeddings(config);
        _before = new LayerNorm(config.HiddenSize, config.LayerNormEps);
        _encoder = new ClipEncoder(config.Encoder, config.NumHiddenLayers, config.InitializerFactor);
        _after = new LayerNorm(config.HiddenSize, config.LayerNormEps);
        RegisterComponents();
    }

    static ClipVisionModel IPretrainedModel<ClipVisionModel, ClipVisionConfig>.Create(ClipVisionConfig config) => new(config);

    /// <inheritdoc/>
    public override IReadOnlyList<InputSpec> Inputs => [new("pixel_values", InputKind.Values)];

    /// <inheritdoc/>
    public override IReadOnlyList<string> OptionNames => ["output_hidden_states", "output_attentions", "interpolate_pos_encoding"];

    /// <inheritdoc/>
    /// <exception cref="DatasetException">
    /// The images do not have the size or the number of channels of the configuration. With
    /// <see cref="ForwardOptions.InterpolatePosEncoding"/>, any size of at least one patch is accepted.
    /// </exception>
    protected override ModelOutput ForwardCore(ModelInputs inputs, ForwardOptions options)
    {
        var embedded = _before.call(_embeddings.call(inputs.PixelValues!, options.InterpolatePosEncoding));
        using var context = AttentionContext.Bidirectional(null, embedded, options);
        var states = _encoder.call(embedded, context, options);
        return new ModelOutput
        {
            LastHiddenState = states[^1],
            PoolerOutput = _after.call(states[^1].select(1, 0)),
            HiddenStates = options.OutputHiddenStates ? states : [],
            Attentions = context.Attentions,
        };
    }

    /// <summary>The embeddings of a class token and of the patches of an image (<c>CLIPVisionEmbeddings</c>).</summary>
    private sealed class Embeddings : Module<Tensor, bool, Tensor>, IParameterInitializer
    {
        [ComponentName(Name = "class_embedding")] private readonly Parameter _classToken;
        [ComponentName(Name = "patch_embedding")] private readonly Module<Tensor, Tensor> _patches;
        [ComponentName(Name = "position_embedding")] private readonly Module<Tensor, Tensor> _positions;
        private readonly PatchGrid _grid;
        private readonly double _deviation;

        internal Embeddings(ClipVisionConfig config) : base("CLIPVisionEmbeddings")
        {
            (_grid, _deviation) = (config.Grid, config.InitializerFactor * Math.Pow(config.HiddenSize, -0.5));
            var deviation = config.InitializerFactor * config.InitializerRange;
            _classToken = new Parameter(empty(config.HiddenSize));
            _patches = new PatchProjection(_grid, config.HiddenSize, hasBias: false) { InitialDeviation = deviation };
            _positions = new Embedding(1 + _grid.Count, config.HiddenSize) { InitialDeviation = deviation };
            RegisterComponents();
        }

        public override Tensor forward(Tensor pixels, bool interpolates)
        {
            using var scope = NewDisposeScope();
            _grid.Check(pixels, interpolates);
            var positions = _positions.call(arange(1 + _grid.Count, ScalarType.Int64, pixels.device).unsqueeze(0));
            return ImagePositions.Embed(_patches.call(pixels), _classToken, positions, _grid, _grid.Of(pixels)).MoveToOuterDisposeScope();
        }

        void IParameterInitializer.Initialize(string parameter, double standardDeviation) => init.normal_(_classToken, 0, _deviation);
    }
}
