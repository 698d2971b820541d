using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace PeftSharp.Modeling;

/// <summary>Wraps a custom TorchSharp module as a model that can be trained and to which adapters can be added.</summary>
/// <remarks>
/// <para>
/// The module reads a batch and returns a <see cref="ModelOutput"/>. With an objective, the module receives the batch without labels and
/// returns logits, from which the objective computes the loss. Without an objective, the module receives the labels too and returns the
/// mean loss of the batch. The weights are saved and loaded under the names of the module's parameters. The module is disposed with the
/// model.
/// </para>
/// <para>
/// Thread safety: several threads can call one model in evaluation mode at once if the module supports this. Training, loading weights,
/// moving and disposing it need exclusive use.
/// </para>
/// </remarks>
public sealed class ModuleModel : PretrainedModel
{
    [ComponentName(Name = "module")] private readonly Module<ModelInputs, ModelOutput> _module;
    private readonly bool _hasObjective;

    /// <summary>Creates a model from a module.</summary>
    /// <param name="module">The module.</param>
    /// <param name="inputs">The tensors that the module reads; the first is the main input.</param>
    /// <param name="objective">
    /// Defines the labels and the loss. Null: the module reads <c>labels</c> and computes the mean loss of each batch itself.
    /// </param>
    /// <param name="config">Number of labels and other values that an objective uses. Null: the defaults.</param>
    /// <exception cref="ArgumentException"><paramref name="inputs"/> is empty, or the configuration is invalid.</exception>
    public ModuleModel(
        Module<ModelInputs, ModelOutput> module, IReadOnlyList<InputSpec> inputs, Objective? objective = null, ModuleConfig? config = null)
        : base(NameOf(module), config ?? new ModuleConfig())
    {
        ArgumentNullException.ThrowIfNull(inputs);
        if (inputs.Count == 0)
            throw new ArgumentException("The list is empty. Specify at least one tensor that the module reads.", nameof(inputs));
        (_module, _hasObjective, Inputs, Objective) = (module, objective is not null, inputs, objective ?? new OwnLoss());
        RegisterComponents();
        train(module.training);
    }

    /// <summary>The wrapped module.</summary>
    public Module<ModelInputs, ModelOutput> Module => _module;

    /// <inheritdoc/>
    public override IReadOnlyList<InputSpec> Inputs { get; }

    /// <inheritdoc/>
    public override Objective Objective { get; }

    /// <inheritdoc/>
    public override bool LossUsesNumItemsInBatch => _hasObjective;

    internal override Module WeightsRoot => _module;

    /// <inheritdoc/>
    protected override ModelOutput ForwardCore(ModelInputs inputs, ForwardOptions options)
    {
        var output = _module.call(_hasObjective ? inputs.Without(LabelNames) : inputs);
        if (_hasObjective) output["loss"] = Objective.Loss(output, inputs, Config, options.NumItemsInBatch);
        KeepProblemType(inputs);
        return output;
    }

    private static string NameOf(Module module)
    {
        ArgumentNullException.ThrowIfNull(module);
        return module.GetName();
    }

    /// <summary>The objective of a module that computes the mean loss itself; each row is a target.</summary>
    private sealed class OwnLoss : Objective
    {
        public override void CheckLabels(ModelInputs inputs, PretrainedConfig config) { }

        public override long CountTargets(ModelInputs inputs, PretrainedConfig config) => inputs.Labels?.shape[0] ?? 0;

        public override Tensor? Loss(ModelOutput output, ModelInputs inputs, PretrainedConfig config, double? numItemsInBatch) => null;
    }
}
