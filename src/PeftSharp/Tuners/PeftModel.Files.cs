using PeftSharp.Hub;
using PeftSharp.Modeling;
using static TorchSharp.torch;

namespace PeftSharp.Tuners;

/// <content>Loading and saving adapters.</content>
public abstract partial class PeftModel
{
    /// <summary>
    /// Loads a saved adapter in addition to the existing ones. It is not active until <see cref="SetAdapter(string[])"/> activates it.
    /// </summary>
    /// <param name="nameOrFolder">
    /// The folder with <c>adapter_config.json</c> and <c>adapter_model.safetensors</c>; or, if there is no such folder, a name on the
    /// Hugging Face Hub.
    /// </param>
    /// <param name="adapterName">The name of the adapter in this model.</param>
    /// <param name="isTrainable">Whether the adapter is trainable once it is active. Default false.</param>
    /// <param name="strict">
    /// Whether entries of the configuration that do not match any module, or that are unknown, cause an exception instead of being
    /// reported. Default false, as in peft.
    /// </param>
    /// <param name="revision">Branch, tag or commit of the repository on the Hub. Null: <c>main</c>.</param>
    /// <param name="hub">Options of the download. Null: the environment variables and the defaults.</param>
    /// <param name="allowPickle">
    /// Whether <c>adapter_model.bin</c> is downloaded and read if there is no <c>adapter_model.safetensors</c>; no code in it is run.
    /// Default false.
    /// </param>
    /// <param name="cancellationToken">Cancels the download.</param>
    /// <returns>The missing optional tensors and the warnings; also available as <see cref="PretrainedModel.LoadReport"/>.</returns>
    /// <exception cref="CheckpointException">
    /// A file is missing, malformed or not supported, or does not match the model; the adapter has another type
    /// (<see cref="PeftConfig.PeftType"/>) than the model's adapters; or the adapter trains biases of the base model although another
    /// adapter already does. The model is then unchanged.
    /// </exception>
    /// <exception cref="ArgumentException">The name is already used or invalid.</exception>
    /// <exception cref="InvalidOperationException">
    /// An adapter is merged, calls of the model are running, or the initialization of the adapter (pissa, olora) would change the base
    /// weights of a layer that already has adapters.
    /// </exception>
    /// <exception cref="HubException">The files cannot be downloaded.</exception>
    /// <exception cref="OperationCanceledException">The download was cancelled.</exception>
    public LoadReport LoadAdapter(
        string nameOrFolder, string adapterName, bool isTrainable = false, bool strict = false, string? revision = null,
        HubOptions? hub = null, bool allowPickle = false, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(nameOrFolder);
        var folder = HubFolder.Resolve(nameOrFolder, HubFiles.OfAdapter.WithPickle(allowPickle), revision, hub, cancellationToken);
        return LoadAdapter(folder, PeftConfigFile.Read(folder), adapterName, isTrainable, strict, allowPickle);
    }

    /// <summary>
    /// Loads the adapters in the subfolders of a folder to which <see cref="SavePretrained(string)"/> saved several adapters. Each gets the
    /// name of its subfolder; adapters that the model already has are not loaded again.
    /// </summary>
    /// <remarks>
    /// peft has no such method: there, <c>load_adapter</c> is called for each adapter. Load the adapter in the folder itself with
    /// <c>PeftModel.FromPretrained</c>, and the adapters in its subfolders with this method.
    /// </remarks>
    /// <param name="folder">The folder.</param>
    /// <param name="isTrainable">Whether the adapters are trainable once they are active. Default false.</param>
    /// <param name="strict">
    /// Whether entries of the configurations that do not match any module, or that are unknown, cause an exception instead of being
    /// reported. Default false, as in peft.
    /// </param>
    /// <param name="allowPickle">
    /// Whether <c>adapter_model.bin</c> is read if there is no <c>adapter_model.safetensors</c>; no code in it is run.
    /// Default false.
    /// </param>
    /// <returns>The names of the adapters that were loaded, in alphabetical order.</returns>
    /// <exception cref="CheckpointException">
    /// The folder does not exist or has no subfolder with an adapter; a file is malformed or does not match the model; an adapter has
    /// another type (<see cref="PeftConfig.PeftType"/>) than the model's adapters; or an adapter trains biases of the base model although
    /// another adapter already does. Adapters that were loaded before the error stay in the model.
    /// </exception>
    /// <exception cref="ArgumentException">
    /// The name of a subfolder is not a valid adapter name. Adapters that were loaded before the error stay in the model.
    /// </exception>
    /// <exception cref="InvalidOperationException">
    /// An adapter is merged, calls of the model are running, or the initialization of an adapter (pissa, olora) would change the base
    /// weights of a layer that already has adapters.
    /// </exception>
    public IReadOnlyList<string> LoadAdapters(
        string folder, bool isTrainable = false, bool strict = false, bool allowPickle = false)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        ThrowIfDisposed();
        var found = AdapterFiles.NamesIn(folder);
        if (found.Count == 0)
            throw new CheckpointException($"'{folder}' has no subfolder with an adapter ({PeftConfigFile.Name}). Pass the folder to which "
                + "SavePretrained saved several adapters; load the adapter in the folder itself with LoadAdapter.");
        string[] names = [.. found.Except(_configs.Keys)];
        foreach (var name in names) LoadAdapter(Path.Combine(folder, name), name, isTrainable, strict, allowPickle: allowPickle);
        return names;
    }

    private LoadReport LoadAdapter(
        string folder, PeftConfig config, string adapterName, bool isTrainable, bool strict, bool allowPickle)
    {
        config = config with { InferenceMode = !isTrainable, IsFromFile = true };
        try { config.Validate(); }
        catch (ArgumentException error)
        {
            throw new CheckpointException($"'{Path.Combine(folder, PeftConfigFile.Name)}': {error.Message}", error);
        }
        config = AdapterFiles.CheckSizes(folder, config, allowPickle);
        if ((MethodError(config) ?? BiasError(config)) is { } conflict)
            throw new CheckpointException($"The adapter in '{folder}' cannot be added to this model. {conflict}");
        try
        {
            var warnings = StrictErrors(config).ToArray();
            if (strict && warnings.Length > 0) throw new ArgumentException(string.Join(" ", warnings));
            LoadReport? report = null;
            Add(adapterName, config with { IgnoreUnmatched = !strict },
                resolved => report = AdapterFiles.Load(folder, Tensors(adapterName, resolved), _tuner, config, allowPickle));
            return LoadReport = report! with { Warnings = [.. warnings, .. report.Warnings] };
        }
        catch (ArgumentException error) when (error.ParamName is null)
        {
            throw new CheckpointException($"The adapter in '{folder}' (base model {config.BaseModelNameOrPath ?? "not named"}) does "
                + $"not match this model ({Describe()}): {error.Message}", error);
        }
    }

    /// <summary>Problems of a configuration that throw an exception in strict mode and are otherwise warnings.</summary>
    private IEnumerable<string> StrictErrors(PeftConfig config) =>
        _tuner.UnmatchedEntries(config) is { } unmatched ? config.StrictErrors().Append(unmatched) : config.StrictErrors();

    /// <summary>
    /// Saves all adapters: <c>default</c> to the folder itself, others to subfolders with their names. The base model is not saved. A model
    /// card (<c>README.md</c>) is written if the folder has none.
    /// </summary>
    /// <param name="folder">The folder, which is created if it does not exist.</param>
    /// <exception cref="ArgumentException">All adapters of the model have been deleted.</exception>
    /// <exception cref="IOException">The folder cannot be written or the disk is full.</exception>
    /// <exception cref="ObjectDisposedException">The model has been disposed or unloaded.</exception>
    public override void SavePretrained(string folder) => SavePretrained(folder, [.. _configs.Keys]);

    /// <summary>Saves the given adapters in the same way as <see cref="SavePretrained(string)"/>.</summary>
    /// <param name="folder">The folder, which is created if it does not exist.</param>
    /// <param name="selectedAdapters">Names of the adapters.</param>
    /// <exception cref="ArgumentException">A name is unknown, or the list is empty.</exception>
    /// <exception cref="IOException">The folder cannot be written or the disk is full.</exception>
    /// <exception cref="ObjectDisposedException">The model has been disposed or unloaded.</exception>
    public void SavePretrained(string folder, IReadOnlyList<string> selectedAdapters)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        ThrowIfDisposed();
        ArgumentNullException.ThrowIfNull(selectedAdapters);
        using var running = Calls.Call();
        RequireKnown(selectedAdapters);
        if (selectedAdapters.Count == 0)
            throw new ArgumentException("There is no adapter to save. Specify at least one.", nameof(selectedAdapters));
        foreach (var adapter in selectedAdapters)
        {
            using var scope = NewDisposeScope();
            var config = _tuner.GetSavedConfig(adapter, _configs[adapter]);
            AdapterFiles.Save(AdapterFiles.FolderOf(folder, adapter), Tensors(adapter, config), config);
        }
        AdapterCard.SaveIfMissing(this, folder);
    }

    /// <summary>Loads the weights of every adapter of this model from files that <see cref="SavePretrained(string)"/> wrote.</summary>
    /// <param name="folder">The folder of the saved adapters.</param>
    /// <param name="allowPickle">
    /// Whether <c>adapter_model.bin</c> is read if there is no safetensors file; no code in it is run. Default false.
    /// </param>
    /// <exception cref="CheckpointException">A file is missing or malformed, or does not match the model.</exception>
    /// <exception cref="InvalidOperationException">An adapter is merged, or calls of the model are running.</exception>
    /// <exception cref="ObjectDisposedException">The model has been disposed or unloaded.</exception>
    public override void LoadWeights(string folder, bool allowPickle = false)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        using var change = BeginChange("Loading weights");
        RequireUnmerged("Loading weights");
        foreach (var (adapter, config) in _configs)
            AdapterFiles.Load(AdapterFiles.FolderOf(folder, adapter), Tensors(adapter, config), _tuner, config, allowPickle);
    }

    private Dictionary<string, Tensor> Tensors(string adapter, PeftConfig config) =>
        _tuner.GetFileTensors(adapter, config).ToDictionary(StringComparer.Ordinal);

    private string Describe() => AdapterFiles.Describe(Base);
}
