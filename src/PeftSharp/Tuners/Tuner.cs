using PeftSharp.Modeling;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;
using Parameter = TorchSharp.Modules.Parameter;

namespace PeftSharp.Tuners;

/// <summary>
/// The base class of tuning methods, such as LoRA. An instance belongs to one model and all of its adapters: it attaches adapters, defines
/// what they train and what their files contain, and applies them in calls.
/// </summary>
/// <remarks>
/// <para>
/// A tuning method that adapts layers derives from <see cref="LayerTuner{TConfig}"/>. One that adds virtual tokens derives from
/// <see cref="PromptTuner{TConfig}"/>. The configuration of the tuning method creates an instance (<see cref="PeftConfig.CreateTuner"/>).
/// After a call of <see cref="PeftMethods.Register{TConfig}"/>, adapter files of the tuning method can be read.
/// </para>
/// <para>
/// Thread safety: <see cref="Forward"/>, <see cref="GetPenalty"/> and <see cref="CountVirtualTokens"/> are called from several threads at
/// once in evaluation mode. The other members are called only while no call of the model is running.
/// </para>
/// </remarks>
public abstract class Tuner
{
    private AdapterTree? _tree;
    private AdapterSlots? _slots;

    /// <summary>The base model.</summary>
    protected PretrainedModel Model => Tree.Model;

    internal AdapterTree Tree => _tree ?? throw new InvalidOperationException("This tuner is not bound to a model.");

    private AdapterSlots Slots => _slots!;

    /// <summary>
    /// Whether the base model's parameters are named <c>base_model.model.…</c>, as in peft for tuning methods that adapt layers. False:
    /// <c>base_model.…</c>.
    /// </summary>
    internal virtual bool IsModelNested => true;

    /// <summary>The prefix of keys in the file, before the path of a module.</summary>
    internal string KeyPrefix => IsModelNested ? "base_model.model." : "base_model.";

    /// <summary>Names that precede the adapter's name in parameter names, such as <c>lora_A</c>.</summary>
    internal IReadOnlySet<string> SlotNames =>
        Tree.Parts.SelectMany(part => part.Module.SlotNames).Concat(Slots.Names).ToHashSet(StringComparer.Ordinal);

    /// <summary>Binds the tuner to a model.</summary>
    /// <param name="tree">The model's modules.</param>
    /// <param name="owner">The module to which <see cref="Slots"/> are added as children.</param>
    internal void Bind(AdapterTree tree, Module owner) => (_tree, _slots) = (tree, new AdapterSlots(owner));

    /// <summary>Completes a configuration with defaults of the tuning method and the model.</summary>
    /// <param name="config">The configuration, which has been validated.</param>
    /// <returns>The configuration that is used and saved.</returns>
    /// <exception cref="ArgumentException">The model does not define a required default.</exception>
    protected internal virtual PeftConfig PrepareConfig(PeftConfig config) => config;

    /// <summary>Attaches an adapter, with its initial values.</summary>
    /// <param name="adapterName">The name of the adapter.</param>
    /// <param name="config">The completed configuration.</param>
    /// <param name="isNew">Whether the adapter is new; false if the values are loaded from a file afterwards.</param>
    /// <returns>The configuration, extended by values detected from the model's layers.</returns>
    /// <exception cref="ArgumentException">The configuration is invalid for the model. The model is then restored.</exception>
    protected abstract PeftConfig Attach(string adapterName, PeftConfig config, bool isNew);

    /// <summary>
    /// Adds shared parameters to an adapter: parameters that do not belong to a single layer, such as virtual tokens or matrices that all
    /// layers share. They are trained and freed with the adapter; <see cref="GetFileTensors"/> determines whether they are saved.
    /// </summary>
    /// <param name="adapterName">The adapter's name.</param>
    /// <param name="weights">The parameters.</param>
    protected void AddSharedWeights(string adapterName, AdapterWeights weights)
    {
        ArgumentNullException.ThrowIfNull(weights);
        Slots.Add(adapterName, weights);
    }

    /// <summary>The parameters that <see cref="AddSharedWeights"/> added to an adapter; null if there are none.</summary>
    /// <param name="adapterName">The adapter's name.</param>
    protected AdapterWeights? GetSharedWeights(string adapterName) => Slots.Has(adapterName) ? Slots[adapterName] : null;

    /// <summary>
    /// Frees resources of the tuning method for an adapter. Called after the adapter was removed from the model. Default: does nothing.
    /// </summary>
    /// <param name="adapterName">The name of the adapter.</param>
    protected virtual void Detach(string adapterName) { }

    /// <summary>Called after an adapter was renamed. Default: does nothing.</summary>
    /// <param name="adapterName">The previous name.</param>
    /// <param name="newName">The new name.</param>
    protected virtual void OnRenamed(string adapterName, string newName) { }

    /// <summary>
    /// The reason why these adapters cannot be active together; null if they can. By default, all adapters can be active together.
    /// </summary>
    /// <param name="adapterNames">Names of the adapters.</param>
    protected internal virtual string? GetActivationError(IReadOnlyList<string> adapterNames) => null;

    /// <summary>
    /// The reason why an adapter cannot be merged into the base model's weights; null if it can. By default, adapters cannot be merged.
    /// </summary>
    /// <param name="adapterName">The name of the adapter.</param>
    protected internal virtual string? GetMergeError(string adapterName) => "its effect cannot be expressed as a change of weights";

    /// <summary>
    /// The trainable parameters of an adapter. Default: all parameters of the adapter, including shared parameters
    /// (<see cref="AddSharedWeights"/>).
    /// </summary>
    /// <param name="adapterName">The name of the adapter.</param>
    /// <param name="config">The configuration of the adapter.</param>
    protected internal virtual IEnumerable<Parameter> GetTrainedParameters(string adapterName, PeftConfig config) =>
        Tree.Parts.SelectMany(part => part.Module.ParametersOf(adapterName)).Concat(Slots.ParametersOf(adapterName))
            .Select(entry => entry.Value);

    /// <summary>
    /// The tensors of an adapter by their keys in <c>adapter_model.safetensors</c>; loading copies the file's values into them. Default:
    /// the parameters of the adapter in modules of the model, without shared parameters.
    /// </summary>
    /// <param name="adapterName">The name of the adapter.</param>
    /// <param name="config">The configuration of the adapter.</param>
    protected internal virtual IEnumerable<KeyValuePair<string, Tensor>> GetFileTensors(string adapterName, PeftConfig config) =>
        Tree.Parts.SelectMany(part => part.Module.ParametersOf(adapterName)
            .Select(entry => KeyValuePair.Create<string, Tensor>($"{KeyPrefix}{part.Path}.{entry.Key}", entry.Value)));

    /// <summary>
    /// Returns the configuration to save. Override this method if the configuration changes during training, for example because ranks are
    /// reduced. Default: <paramref name="config"/>.
    /// </summary>
    /// <param name="adapterName">The name of the adapter.</param>
    /// <param name="config">The configuration of the adapter.</param>
    protected internal virtual PeftConfig GetSavedConfig(string adapterName, PeftConfig config) => config;

    /// <summary>
    /// State tensors that exact resumption requires and that <see cref="GetFileTensors"/> does not contain, such as moving averages of the
    /// tuning method. A checkpoint saves them; resuming copies their values back. Default: none.
    /// </summary>
    /// <param name="adapterName">The name of the adapter.</param>
    protected internal virtual IEnumerable<KeyValuePair<string, Tensor>> GetTrainingState(string adapterName) => [];

    /// <summary>
    /// Runs the model. Default: calls the base model with the unchanged inputs; the layers then apply the adapters of the call.
    /// </summary>
    /// <param name="inputs">The batch. Do not modify it; use <see cref="ModelInputs.ShallowCopy"/>.</param>
    /// <param name="options">The options of the forward pass.</param>
    /// <param name="adapters">The adapters of the call.</param>
    /// <param name="model">Runs the base model. It may be called more than once.</param>
    protected internal virtual ModelOutput Forward(
        ModelInputs inputs, ForwardOptions options, AdapterChoice adapters, Func<ModelInputs, ForwardOptions, ModelOutput> model)
    {
        ArgumentNullException.ThrowIfNull(model);
        return model(inputs, options);
    }

    /// <summary>Number of tokens that <see cref="Forward"/> adds before each text. Default 0.</summary>
    /// <param name="adapters">The adapters of the call.</param>
    protected internal virtual int CountVirtualTokens(AdapterChoice adapters) => 0;

    /// <summary>A penalty, float scalar, that is added to the loss of each call with labels. Default null: none.</summary>
    /// <param name="adapters">The adapters of the call.</param>
    protected internal virtual Tensor? GetPenalty(AdapterChoice adapters) => null;

    /// <summary>Called by the trainer after each optimizer step, before gradients are cleared. Default: does nothing.</summary>
    /// <param name="globalStep">One-based number of the step.</param>
    /// <param name="maxSteps">Total number of steps of the run.</param>
    protected internal virtual void OnOptimizerStep(int globalStep, int maxSteps) { }

    /// <summary>
    /// Completes a configuration with the values that are common to all tuning methods: the task's head and the name of the base model.
    /// </summary>
    /// <param name="config">The configuration.</param>
    /// <param name="isNew">Whether the adapter is new, not loaded from files.</param>
    /// <exception cref="ArgumentException">The model does not define a required default, or does not have a specified module.</exception>
    internal PeftConfig Resolve(PeftConfig config, bool isNew)
    {
        config = config with { BaseModelNameOrPath = config.BaseModelNameOrPath ?? Model.NameOrPath };
        return PrepareConfig(SavedModules.Resolve(Tree, config, isNew));
    }

    /// <summary>
    /// The reason why a configuration is rejected unless <see cref="PeftConfig.IgnoreUnmatched"/> is set; null if it is accepted.
    /// </summary>
    internal virtual string? UnmatchedEntries(PeftConfig config)
    {
        try
        {
            Resolve(config, isNew: false);
            return null;
        }
        catch (ArgumentException error) { return UnmatchedEntry.Finding(error); }
    }

    /// <summary>Adds an adapter. If this fails, the model is restored.</summary>
    /// <param name="adapter">The name of the adapter.</param>
    /// <param name="config">The configuration of the adapter.</param>
    /// <param name="fill">Replaces the initial values, for example by those of a file. Null: the initial values are kept.</param>
    /// <returns>The configuration that is used and saved.</returns>
    internal PeftConfig Add(string adapter, PeftConfig config, Action<PeftConfig>? fill)
    {
        config = Resolve(config, isNew: fill is null);
        var before = config.ChangesBaseWeights
            ? Model.named_parameters().Where(pair => pair.parameter.dim() > 1)
                .Select(pair => (pair.parameter, Bits: pair.parameter.detach().clone().DetachFromDisposeScope())).ToArray()
            : [];
        try
        {
            config = Attach(adapter, config, isNew: fill is null);
            SavedModules.Add(Tree, adapter, config, isNew: fill is null);
            if (config.TrainedTokens is { } tokens)
                TrainedTokenRows.Add(Tree, adapter, tokens, config.NameOf(nameof(LoraConfig.TrainableTokenIndices)));
            fill?.Invoke(config);
            return config;
        }
        catch
        {
            using var noGradient = no_grad();
            foreach (var (parameter, bits) in before) parameter.copy_(bits);
            Remove(adapter);
            throw;
        }
        finally
        {
            foreach (var (_, bits) in before) bits.Dispose();
        }
    }

    /// <summary>Removes an adapter from the model.</summary>
    internal void Remove(string adapter)
    {
        Tree.Remove(adapter);
        Slots.Remove(adapter);
        Detach(adapter);
    }

    /// <summary>Renames an adapter.</summary>
    internal void Rename(string adapter, string newName)
    {
        foreach (var (_, module) in Tree.Parts) module.Rename(adapter, newName);
        Slots.Rename(adapter, newName);
        OnRenamed(adapter, newName);
    }

    /// <summary>Restores the original modules and removes all parameters of adapters.</summary>
    /// <param name="mergedAdapters">The adapters that are permanently merged into the modules.</param>
    internal void Release(IReadOnlyList<string> mergedAdapters)
    {
        Tree.Release(mergedAdapters);
        foreach (var adapter in Slots.Adapters.ToArray()) Slots.Remove(adapter);
    }
}
