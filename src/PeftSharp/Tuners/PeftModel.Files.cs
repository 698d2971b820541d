using PeftSharp.Modeling;
using static TorchSharp.torch;

namespace PeftSharp.Tuners;

/// <content>Adapters from and to files.</content>
public abstract partial class PeftModel
{
    /// <summary>Loads a saved adapter beside the others; it is not active until <see cref="SetAdapter(string[])"/> says so.</summary>
    /// <param name="folder">Holds <c>adapter_config.json</c> and <c>adapter_model.safetensors</c>.</param>
    /// <param name="adapterName">Its name here.</param>
    /// <param name="isTrainable">Whether it is trained on once it is active; default false.</param>
    /// <param name="strict">Whether entries of the configuration that match nothing in this model, or that this version does not know, are refused instead of reported. Default false, as in peft.</param>
    /// <returns>What was absent, not used or doubtful; also kept as <see cref="PretrainedModel.LoadReport"/>.</returns>
    /// <exception cref="CheckpointException">A file is absent or malformed, asks for something that is not supported, or does not fit the model; then the model is as it was.</exception>
    /// <exception cref="ArgumentException">The name is taken or cannot be one.</exception>
    public LoadReport LoadAdapter(string folder, string adapterName, bool isTrainable = false, bool strict = false)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        return LoadAdapter(folder, PeftConfigFile.Read(folder), adapterName, isTrainable, strict);
    }

    private LoadReport LoadAdapter(string folder, PeftConfig config, string adapterName, bool isTrainable, bool strict)
    {
        config = config with { InferenceMode = !isTrainable };
        try { config.Validate(); }
        catch (ArgumentException error) { throw new CheckpointException($"'{Path.Combine(folder, PeftConfigFile.Name)}': {error.Message}", error); }
        try
        {
            var warnings = Doubts(config).ToArray();
            if (strict && warnings.Length > 0) throw new ArgumentException(string.Join(" ", warnings));
            LoadReport? report = null;
            Add(adapterName, config with { IgnoreUnmatched = !strict },
                resolved => report = AdapterFiles.Load(folder, Tensors(adapterName, resolved), _tuner, config));
            return LoadReport = report! with { Warnings = [.. warnings, .. report.Warnings] };
        }
        catch (ArgumentException error) when (error.ParamName is null)
        {
            throw new CheckpointException($"The adapter in '{folder}' (base model {config.BaseModelNameOrPath ?? "not named"}) does not fit this model ({Describe()}): {error.Message}", error);
        }
    }

    /// <summary>What a strict reading of a configuration refuses, although the adapter can be loaded without it.</summary>
    private IEnumerable<string> Doubts(PeftConfig config) => _tuner.UnmatchedEntries(config) is { } unmatched ? config.Doubts().Append(unmatched) : config.Doubts();

    /// <summary>Writes the adapters: <c>default</c> into the folder itself, others into folders of their names. The base model is not written.</summary>
    /// <param name="folder">Made where it is absent.</param>
    public override void SavePretrained(string folder) => SavePretrained(folder, [.. _configs.Keys]);

    /// <summary>Writes chosen adapters.</summary>
    /// <param name="folder">Made where it is absent.</param>
    /// <param name="selectedAdapters">Their names.</param>
    /// <exception cref="ArgumentException">A name is not known.</exception>
    public void SavePretrained(string folder, IReadOnlyList<string> selectedAdapters)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        ArgumentNullException.ThrowIfNull(selectedAdapters);
        using var running = Calls.Call();
        RequireKnown(selectedAdapters);
        if (selectedAdapters.Count == 0) throw new ArgumentException("There is no adapter to save. Name at least one.", nameof(selectedAdapters));
        foreach (var adapter in selectedAdapters)
        {
            using var scope = NewDisposeScope();
            var config = _tuner.SavedConfig(adapter, _configs[adapter]);
            AdapterFiles.Save(AdapterFiles.FolderOf(folder, adapter), Tensors(adapter, config), config);
        }
    }

    /// <summary>Reads the numbers of every adapter of this model back from what <see cref="SavePretrained(string)"/> wrote.</summary>
    /// <exception cref="CheckpointException">A file is absent or malformed, or does not fit.</exception>
    public override void LoadWeights(string folder)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        using var change = BeginChange("Loading weights");
        RequireUnmerged("Loading weights");
        foreach (var (adapter, config) in _configs) AdapterFiles.Load(AdapterFiles.FolderOf(folder, adapter), Tensors(adapter, config), _tuner, config);
    }

    private Dictionary<string, Tensor> Tensors(string adapter, PeftConfig config) => _tuner.FileTensors(adapter, config).ToDictionary(StringComparer.Ordinal);

    private string Describe() => AdapterFiles.Describe(Base);
}
