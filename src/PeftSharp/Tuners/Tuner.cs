using PeftSharp.Modeling;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;
using Parameter = TorchSharp.Modules.Parameter;

namespace PeftSharp.Tuners;

/// <summary>A method of adapting a model, for one model and all its adapters: how an adapter is attached, what it trains, what its file holds and how it takes part in a call.</summary>
/// <remarks>
/// <para>A method that changes layers derives from <see cref="LayerTuner{TConfig}"/>, one that puts virtual tokens before the text from <see cref="PromptTuner{TConfig}"/>. Its configuration creates it
/// (<see cref="PeftConfig.CreateTuner"/>), and <see cref="PeftMethods.Register{TConfig}"/> makes its files known.</para>
/// <para>Thread safety: several threads call <see cref="Forward"/> at once in evaluation mode; the other members are called while no call is running.</para>
/// </remarks>
public abstract class Tuner
{
    private AdapterTree? _tree;
    private AdapterSlots? _slots;

    /// <summary>The base model.</summary>
    protected PretrainedModel Model => Tree.Model;

    internal AdapterTree Tree => _tree ?? throw new InvalidOperationException("This tuner has no model yet.");

    private AdapterSlots Slots => _slots!;

    /// <summary>Whether the base model's parameters have the names <c>base_model.model.…</c>, as in peft for methods that change layers, or <c>base_model.…</c>.</summary>
    internal virtual bool IsModelNested => true;

    /// <summary>What keys in the file begin with, before the path of a module.</summary>
    internal string KeyPrefix => IsModelNested ? "base_model.model." : "base_model.";

    /// <summary>Names that stand before the adapter's name in names of parameters, such as <c>lora_A</c>.</summary>
    internal IReadOnlySet<string> SlotNames => Tree.Parts.SelectMany(part => part.Module.SlotNames).Concat(Slots.Names).ToHashSet(StringComparer.Ordinal);

    /// <param name="tree">The model's modules.</param>
    /// <param name="owner">The module whose children <see cref="Slots"/> become.</param>
    internal void Bind(AdapterTree tree, Module owner) => (_tree, _slots) = (tree, new AdapterSlots(owner));

    /// <summary>Completes a configuration: what it leaves to the method or to the model.</summary>
    /// <param name="config">The configuration; it has been validated.</param>
    /// <returns>The configuration that is used and saved.</returns>
    /// <exception cref="ArgumentException">The model has no default for what is left open.</exception>
    protected internal virtual PeftConfig Complete(PeftConfig config) => config;

    /// <summary>Attaches an adapter, with its initial values.</summary>
    /// <param name="adapterName">Its name.</param>
    /// <param name="config">Its configuration, completed.</param>
    /// <param name="isNew">Whether training starts from the initial values; false where values from a file replace them.</param>
    /// <returns>The configuration, with what became known of the model's layers.</returns>
    /// <exception cref="ArgumentException">The configuration does not fit the model. The model is then restored.</exception>
    protected abstract PeftConfig Attach(string adapterName, PeftConfig config, bool isNew);

    /// <summary>Gives an adapter parameters that belong to no single layer, such as virtual tokens or matrices that all layers share. They are trained and freed with the adapter; <see cref="FileTensors"/> decides whether they are saved.</summary>
    /// <param name="adapterName">The adapter's name.</param>
    /// <param name="weights">The parameters.</param>
    protected void AddShared(string adapterName, AdapterWeights weights)
    {
        ArgumentNullException.ThrowIfNull(weights);
        Slots.Add(adapterName, weights);
    }

    /// <summary>What <see cref="AddShared"/> gave an adapter; null where that is nothing.</summary>
    /// <param name="adapterName">The adapter's name.</param>
    protected AdapterWeights? SharedOf(string adapterName) => Slots.Has(adapterName) ? Slots[adapterName] : null;

    /// <summary>Frees what the method itself keeps for an adapter. Called after the adapter was taken out of the model. Default: nothing.</summary>
    /// <param name="adapterName">Its name.</param>
    protected virtual void Detach(string adapterName) { }

    /// <summary>Tells the method that an adapter has another name. Default: nothing.</summary>
    /// <param name="adapterName">The name so far.</param>
    /// <param name="newName">The name from now on.</param>
    protected virtual void OnRenamed(string adapterName, string newName) { }

    /// <summary>Why these adapters cannot be active together; null where they can. Default null.</summary>
    /// <param name="adapterNames">Names of the adapters.</param>
    protected internal virtual string? ActivationObstacle(IReadOnlyList<string> adapterNames) => null;

    /// <summary>Why an adapter cannot be merged into the base model's weights; null where it can. Default: the method's adapters cannot.</summary>
    /// <param name="adapterName">Its name.</param>
    protected internal virtual string? MergeObstacle(string adapterName) => "its method changes more than weights";

    /// <summary>The parameters that training an adapter changes. Default: those in the model's modules and the shared ones.</summary>
    /// <param name="adapterName">Its name.</param>
    /// <param name="config">Its configuration.</param>
    protected internal virtual IEnumerable<Parameter> TrainedParameters(string adapterName, PeftConfig config) =>
        Tree.Parts.SelectMany(part => part.Module.ParametersOf(adapterName)).Concat(Slots.ParametersOf(adapterName)).Select(entry => entry.Value);

    /// <summary>The tensors of an adapter by their keys in <c>adapter_model.safetensors</c>; loading copies the file's values into them. Default: the parameters in the model's modules.</summary>
    /// <param name="adapterName">Its name.</param>
    /// <param name="config">Its configuration.</param>
    protected internal virtual IEnumerable<KeyValuePair<string, Tensor>> FileTensors(string adapterName, PeftConfig config) =>
        Tree.Parts.SelectMany(part => part.Module.ParametersOf(adapterName).Select(entry => KeyValuePair.Create<string, Tensor>($"{KeyPrefix}{part.Path}.{entry.Key}", entry.Value)));

    /// <summary>The configuration as it is saved, for methods that change it while they train, such as ranks that are reduced. Default: <paramref name="config"/>.</summary>
    /// <param name="adapterName">The adapter's name.</param>
    /// <param name="config">Its configuration.</param>
    protected internal virtual PeftConfig SavedConfig(string adapterName, PeftConfig config) => config;

    /// <summary>Tensors that training needs to resume exactly and that <see cref="FileTensors"/> does not hold, such as averages of the method's own. A checkpoint saves them; resuming copies their values back. Default: none.</summary>
    /// <param name="adapterName">Its name.</param>
    protected internal virtual IEnumerable<KeyValuePair<string, Tensor>> TrainingState(string adapterName) => [];

    /// <summary>Runs the model. Default: calls it with the inputs as they are; the layers then apply the adapters of the call.</summary>
    /// <param name="inputs">The batch; do not change it (<see cref="ModelInputs.Copy"/>).</param>
    /// <param name="options">Options of the pass.</param>
    /// <param name="adapters">The adapters of the call.</param>
    /// <param name="model">Runs the base model. It may be called more than once.</param>
    protected internal virtual ModelOutput Forward(ModelInputs inputs, ForwardOptions options, AdapterChoice adapters, Func<ModelInputs, ForwardOptions, ModelOutput> model)
    {
        ArgumentNullException.ThrowIfNull(model);
        return model(inputs, options);
    }

    /// <summary>Number of tokens that <see cref="Forward"/> puts before each text. Default 0.</summary>
    /// <param name="adapters">The adapters of the call.</param>
    protected internal virtual int VirtualTokens(AdapterChoice adapters) => 0;

    /// <summary>A term that is added to the loss of each call with labels, float []. Default null: none.</summary>
    /// <param name="adapters">The adapters of the call.</param>
    protected internal virtual Tensor? Penalty(AdapterChoice adapters) => null;

    /// <summary>Called by the trainer after each optimizer step, while the gradients of the step are still there. Default: nothing.</summary>
    /// <param name="globalStep">Number of the step, from 1.</param>
    /// <param name="maxSteps">Number of steps of the whole run.</param>
    protected internal virtual void OnOptimizerStep(int globalStep, int maxSteps) { }

    /// <summary>Completes a configuration, with what every method leaves open: the task's head and the name of the base model.</summary>
    /// <exception cref="ArgumentException">The model has no default for what is left open, or what is named is not there.</exception>
    internal PeftConfig Resolve(PeftConfig config)
    {
        config = config with { BaseModelNameOrPath = config.BaseModelNameOrPath ?? Model.NameOrPath };
        return Complete(SavedModules.Resolve(Tree, config));
    }

    /// <summary>Why a configuration is refused without <see cref="PeftConfig.IgnoreUnmatched"/>; null where it is not.</summary>
    internal virtual string? UnmatchedEntries(PeftConfig config)
    {
        try
        {
            Resolve(config);
            return null;
        }
        catch (ArgumentException error) { return UnmatchedEntry.Finding(error); }
    }

    /// <summary>Adds an adapter. Where anything fails the model is as it was.</summary>
    /// <param name="adapter">Its name.</param>
    /// <param name="config">Its configuration.</param>
    /// <param name="fill">Gives it other values than the initial ones, such as those of a file; null: it keeps the initial ones.</param>
    /// <returns>The configuration that is used and saved.</returns>
    internal PeftConfig Add(string adapter, PeftConfig config, Action<PeftConfig>? fill)
    {
        config = Resolve(config);
        var before = config.ChangesBaseWeights ? Model.named_parameters().Where(pair => pair.parameter.dim() > 1).Select(pair => (pair.parameter, Bits: pair.parameter.detach().clone().DetachFromDisposeScope())).ToArray() : [];
        try
        {
            config = Attach(adapter, config, isNew: fill is null);
            SavedModules.Add(Tree, adapter, config, isNew: fill is null);
            if (config.TrainedTokens is { } tokens) TrainedTokenRows.Add(Tree, adapter, tokens);
            fill?.Invoke(config);
            return config;
        }
        catch
        {
            using var free = no_grad();
            foreach (var (parameter, bits) in before) parameter.copy_(bits);
            Remove(adapter);
            throw;
        }
        finally
        {
            foreach (var (_, bits) in before) bits.Dispose();
        }
    }

    /// <summary>Takes an adapter out of the model.</summary>
    internal void Remove(string adapter)
    {
        Tree.Remove(adapter);
        Slots.Remove(adapter);
        Detach(adapter);
    }

    /// <summary>Gives an adapter another name.</summary>
    internal void Rename(string adapter, string newName)
    {
        foreach (var (_, module) in Tree.Parts) module.Rename(adapter, newName);
        Slots.Rename(adapter, newName);
        OnRenamed(adapter, newName);
    }

    /// <summary>Puts every module back where it stood and removes what the adapters have beside them.</summary>
    /// <param name="mergedAdapters">The adapters that are part of the modules from now on.</param>
    internal void Release(IReadOnlyList<string> mergedAdapters)
    {
        Tree.Release(mergedAdapters);
        foreach (var adapter in Slots.Adapters.ToArray()) Slots.Remove(adapter);
    }
}
