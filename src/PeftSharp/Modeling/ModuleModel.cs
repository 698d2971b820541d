using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace PeftSharp.Modeling;

/// <summary>A TorchSharp module of your own as a model that the trainer trains and that adapters can be added to.</summary>
/// <remarks>
/// <para>The module reads a batch and gives a <see cref="ModelOutput"/>, with the mean loss of the batch or, where an objective is given, with the scores from which the objective computes the loss.
/// Its weights are saved and loaded under its own names. The module is disposed with the model.</para>
/// <para>Thread safety: that of the module in evaluation mode. Training, loading weights, moving and disposing it need exclusive use.</para>
/// </remarks>
public sealed class ModuleModel : PretrainedModel
{
    [ComponentName(Name = "module")] private readonly Module<ModelInputs, ModelOutput> _module;
    private readonly bool _hasObjective;

    /// <param name="module">The module.</param>
    /// <param name="inputs">The tensors that it reads; the first is the main input.</param>
    /// <param name="objective">Labels and loss. Null: the module computes the loss of each batch as a mean and reads <c>labels</c> itself.</param>
    /// <param name="config">Number of labels and other values that an objective reads. Null: the defaults.</param>
    public ModuleModel(Module<ModelInputs, ModelOutput> module, IReadOnlyList<InputSpec> inputs, Objective? objective = null, ModuleConfig? config = null)
        : base(NameOf(module), config ?? new ModuleConfig())
    {
        ArgumentNullException.ThrowIfNull(inputs);
        if (inputs.Count == 0) throw new ArgumentException("Name at least one tensor that the module reads.", nameof(inputs));
        (_module, _hasObjective, Inputs, Objective) = (module, objective is not null, inputs, objective ?? new OwnLoss());
        RegisterComponents();
        train(module.training);
    }

    /// <summary>The module.</summary>
    public Module<ModelInputs, ModelOutput> Module => _module;

    /// <inheritdoc/>
    public override IReadOnlyList<InputSpec> Inputs { get; }

    /// <inheritdoc/>
    public override Objective Objective { get; }

    /// <inheritdoc/>
    public override bool AcceptsLossKwargs => _hasObjective;

    internal override Module WeightsRoot => _module;

    /// <inheritdoc/>
    protected override ModelOutput ForwardCore(ModelInputs inputs, ForwardOptions options)
    {
        var output = _module.call(inputs);
        if (_hasObjective) output["loss"] = Objective.Loss(output, inputs, Config, options.NumItemsInBatch);
        return output;
    }

    private static string NameOf(Module module)
    {
        ArgumentNullException.ThrowIfNull(module);
        return module.GetName();
    }

    /// <summary>The module computes the mean loss of a batch itself; each row is a target.</summary>
    private sealed class OwnLoss : Objective
    {
        public override void CheckLabels(ModelInputs inputs, PretrainedConfig config) { }

        public override long CountTargets(ModelInputs inputs, PretrainedConfig config) => inputs.Labels?.shape[0] ?? 0;

        public override Tensor? Loss(ModelOutput output, ModelInputs inputs, PretrainedConfig config, double? numItemsInBatch) => null;
    }
}
