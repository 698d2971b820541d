using System.Runtime.CompilerServices;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace PeftSharp.Modeling;

/// <summary>
/// A body with a head: the body computes hidden states, the head computes logits from them, and the objective computes the loss.
/// </summary>
/// <remarks>
/// <para>
/// A derived class declares its body and the layers of its head as fields, with the names of the checkpoint, and overrides
/// <see cref="Body"/> and <see cref="ComputeLogits"/>.
/// </para>
/// <para>
/// Thread safety: several threads can call one model in evaluation mode at once. Training, loading weights, moving and disposing it need
/// exclusive use.
/// </para>
/// </remarks>
/// <typeparam name="TSelf">The derived class.</typeparam>
/// <typeparam name="TConfig">The configuration type.</typeparam>
public abstract class HeadModel<TSelf, TConfig> : PretrainedModel<TSelf, TConfig>
    where TSelf : HeadModel<TSelf, TConfig>, IPretrainedModel<TSelf, TConfig>
    where TConfig : PretrainedConfig, new()
{
    /// <summary>Creates a model; its weights are not initialized.</summary>
    /// <param name="name">The name of the class in transformers, such as <c>BertForSequenceClassification</c>.</param>
    /// <param name="config">The configuration, which is validated.</param>
    /// <param name="objective">The training objective: labels and loss of the task.</param>
    /// <exception cref="ArgumentException">The configuration is invalid.</exception>
    protected HeadModel(string name, TConfig config, Objective objective) : base(name, config)
    {
        ArgumentNullException.ThrowIfNull(objective);
        Objective = objective;
    }

    /// <summary>The model without the head.</summary>
    protected abstract PretrainedModel Body { get; }

    /// <inheritdoc/>
    public sealed override Objective Objective { get; }

    /// <inheritdoc/>
    public override IReadOnlyList<InputSpec> Inputs => Body.Inputs;

    /// <inheritdoc/>
    public override IReadOnlyList<string> OptionNames => Body.OptionNames;

    /// <inheritdoc/>
    public override bool LossUsesNumItemsInBatch => true;

    /// <inheritdoc/>
    public override Module<Tensor, Tensor>? InputEmbeddings => Body.InputEmbeddings;

    internal override int? CacheValidLength => Body.CacheValidLength;

    /// <summary>
    /// Whether the head reads only the first token of the last layer. An encoder may then compute its last layer for that token only.
    /// Default false.
    /// </summary>
    protected virtual bool ReadsFirstTokenOnly => false;

    /// <summary>Computes the logits from the body's output.</summary>
    /// <param name="body">The body's output.</param>
    /// <param name="inputs">The batch that the body read.</param>
    /// <returns>The logits; their shape depends on the task.</returns>
    protected abstract Tensor ComputeLogits(ModelOutput body, ModelInputs inputs);

    /// <inheritdoc/>
    protected override ModelOutput ForwardCore(ModelInputs inputs, ForwardOptions options)
    {
        var read = Objective.BodyInputs(inputs);
        var body = Body.call(read, options with { FirstTokenOnly = ReadsFirstTokenOnly });
        return WithLoss(Objective.Output(ComputeLogits(body, read), body, inputs), inputs, options);
    }

    /// <summary>
    /// Registers the body under the name that checkpoints of the family use (<see cref="ModelFamily.BaseModelPrefix"/>), and the other
    /// modules under the names in their attributes, for heads that several families share.
    /// </summary>
    /// <param name="body">The body.</param>
    /// <param name="isHeadFirst">
    /// Whether the other modules are registered before the body. The order determines which initial values the weights get from a seed.
    /// </param>
    /// <returns>The body in a <c>StrongBox</c>: a field that holds a module would be registered under the name of the field.</returns>
    private protected StrongBox<PretrainedModel> RegisterComponents(PretrainedModel body, bool isHeadFirst)
    {
        ArgumentNullException.ThrowIfNull(body);
        if (isHeadFirst) RegisterComponents();
        register_module(Family.BaseModelPrefix, body);
        if (!isHeadFirst) RegisterComponents();
        return new StrongBox<PretrainedModel>(body);
    }

    /// <summary>Adds the loss to the output if the batch has labels.</summary>
    private protected ModelOutput WithLoss(ModelOutput output, ModelInputs inputs, ForwardOptions options)
    {
        output["loss"] = Objective.Loss(output, inputs, Config, options.NumItemsInBatch);
        KeepProblemType(inputs);
        return output;
    }
}
