using PeftSharp.Modeling;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;
using Linear = PeftSharp.Modeling.Layers.Linear;      // not TorchSharp's function of the same name

namespace PeftSharp.Models.Clip;

/// <summary>CLIP's text or vision model with its projection to the embedding space that texts and images share.</summary>
/// <remarks>
/// Thread safety: several threads can call one model in evaluation mode at once. Training, loading weights, moving and disposing it need
/// exclusive use.
/// </remarks>
/// <typeparam name="TSelf">The derived class.</typeparam>
/// <typeparam name="TConfig">The configuration type.</typeparam>
public abstract class ClipModelWithProjection<TSelf, TConfig> : PretrainedModel<TSelf, TConfig>
    where TSelf : ClipModelWithProjection<TSelf, TConfig>, IPretrainedModel<TSelf, TConfig>
    where TConfig : PretrainedConfig, new()
{
    private readonly PretrainedModel _body;
    private readonly Module<Tensor, Tensor> _projection;
    private readonly string _output;

    /// <param name="name">The name of the class in transformers.</param>
    /// <param name="config">The configuration.</param>
    /// <param name="body">The model without the projection, which this model owns.</param>
    /// <param name="projection">The name of the projection in a checkpoint, and the layer, which this model owns.</param>
    /// <param name="output">The name of the embeddings in the output.</param>
    private protected ClipModelWithProjection(
        string name, TConfig config, PretrainedModel body, (string Name, Linear Layer) projection, string output) : base(name, config)
    {
        (_body, _projection, _output) = (body, projection.Layer, output);
        RegisterComponents();
        ModuleTree.RenameChildren(this, [Family.BaseModelPrefix, projection.Name]);
    }

    /// <inheritdoc/>
    public override IReadOnlyList<InputSpec> Inputs => _body.Inputs;

    /// <inheritdoc/>
    public override IReadOnlyList<string> OptionNames => _body.OptionNames;

    /// <inheritdoc/>
    public override Module<Tensor, Tensor>? InputEmbeddings => _body.InputEmbeddings;

    /// <inheritdoc/>
    protected override ModelOutput ForwardCore(ModelInputs inputs, ForwardOptions options)
    {
        var body = _body.call(inputs, options);
        return new ModelOutput
        {
            [_output] = _projection.call(body.PoolerOutput!),
            LastHiddenState = body.LastHiddenState,
            HiddenStates = body.HiddenStates,
            Attentions = body.Attentions,
        };
    }
}
