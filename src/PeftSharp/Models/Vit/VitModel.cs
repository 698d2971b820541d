using PeftSharp.Modeling;
using PeftSharp.Modeling.Layers;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;
using LayerNorm = PeftSharp.Modeling.Layers.LayerNorm;      // TorchSharp has a class of the same name

namespace PeftSharp.Models.Vit;

/// <summary>The ViT encoder without a head (Dosovitskiy et al. 2020, arXiv:2010.11929; transformers' <c>ViTModel</c>).</summary>
/// <remarks>
/// <para>
/// Reads <c>pixel_values</c>, float [batch, channels, height, width]. Outputs <c>last_hidden_state</c> [batch, 1 + patches, hidden], the
/// output of the final normalization layer, and, if the model has a pooling layer, <c>pooler_output</c> [batch, hidden]. The states in
/// <c>hidden_states</c> (<see cref="ForwardOptions.OutputHiddenStates"/>) are not normalized by this layer.
/// </para>
/// <para>
/// Thread safety: several threads can call one model in evaluation mode at once. Training, loading weights, moving and disposing it need
/// exclusive use.
/// </para>
/// </remarks>
public sealed class VitModel : PretrainedModel<VitModel, VitConfig>, IPretrainedModel<VitModel, VitConfig>
{
    private static readonly PreNormNames _names =
        new("attention", "q_proj", "k_proj", "v_proj", "o_proj", "layernorm_before", "layernorm_after");

    [ComponentName(Name = "embeddings")] private readonly VitEmbeddings _embeddings;
    [ComponentName(Name = "layers")] private readonly ModuleList<PreNormLayer> _layers;
    [ComponentName(Name = "layernorm")] private readonly Module<Tensor, Tensor> _norm;
    [ComponentName(Name = "pooler")] private readonly Module<Tensor, Tensor>? _pooler;

    internal VitModel(VitConfig config, bool addPoolingLayer = true) : base("ViTModel", config)
    {
        _embeddings = new VitEmbeddings(config);
        _layers = new ModuleList<PreNormLayer>(
            [.. Enumerable.Range(0, config.NumHiddenLayers).Select(_ => new PreNormLayer(config.Encoder, _names))]);
        _norm = new LayerNorm(config.HiddenSize, config.LayerNormEps);
        if (addPoolingLayer)
            _pooler = new ActivatedLinear(config.HiddenSize, config.PoolerOutputSize ?? config.HiddenSize, config.PoolerAct);
        RegisterComponents();
    }

    static VitModel IPretrainedModel<VitModel, VitConfig>.Create(VitConfig config) => new(config);

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
        var embedded = _embeddings.call(inputs.PixelValues!, options.InterpolatePosEncoding);
        using var context = AttentionContext.Bidirectional(null, embedded, options);
        var states = LayerSequence.Run(_layers, embedded, context, options);
        var last = _norm.call(states[^1]);
        return new ModelOutput
        {
            LastHiddenState = last,
            PoolerOutput = _pooler?.call(last.select(1, 0)),
            HiddenStates = options.OutputHiddenStates ? states : [],
            Attentions = context.Attentions,
        };
    }
}
