using PeftSharp.Modeling;

namespace PeftSharp.Tuners;

/// <content>Adding, choosing, renaming and deleting adapters.</content>
public abstract partial class PeftModel
{
    /// <summary>Adds an adapter; it is not active until <see cref="SetAdapter(string[])"/> says so.</summary>
    /// <param name="adapterName">Its name.</param>
    /// <param name="config">Its configuration, of the method of the others.</param>
    /// <exception cref="ArgumentException">The name is taken or cannot be one, or the configuration makes no sense for this model.</exception>
    /// <exception cref="InvalidOperationException">An adapter is merged, or calls of the model are running.</exception>
    public void AddAdapter(string adapterName, PeftConfig config) => Add(adapterName, config, fill: null);

    private void Add(string adapterName, PeftConfig config, Action<PeftConfig>? fill)
    {
        AdapterNames.Check(adapterName, nameof(adapterName));
        ArgumentNullException.ThrowIfNull(config);
        using var change = BeginChange("Adding an adapter");
        if (_configs.ContainsKey(adapterName)) throw new ArgumentException($"There is an adapter '{adapterName}' already. Choose another name or delete that one.", nameof(adapterName));
        if (config.PeftType != _peftType) throw new ArgumentException($"This model has adapters of {_peftType}, so it takes none of {config.PeftType}. Load another base model for it.", nameof(config));
        RequireUnmerged("Adding an adapter");
        config.Validate();
        if (TrainsBiases(config) && _configs.Values.Any(TrainsBiases))
            throw new ArgumentException("One adapter of this model trains biases of the base model already; two would train the same numbers. Set Bias to None.", nameof(config));
        _configs[adapterName] = _tuner.Add(adapterName, config, fill);
        if (config.InferenceMode) _frozen.Add(adapterName);
        SetTrainable();
    }

    /// <summary>Chooses the adapters of calls that choose none themselves, and trains them from now on.</summary>
    /// <remarks>It concerns all callers of the model. To choose adapters for some calls use <see cref="CallWithAdapter(ModelInputs, string)"/>, <c>Generate(…, adapter: …)</c> or <see cref="UseAdapter"/>.</remarks>
    /// <param name="adapterNames">One or several names, in the order in which their updates are added.</param>
    /// <exception cref="ArgumentException">A name is not known or is given twice, or two of the adapters have a copy of the same module.</exception>
    /// <exception cref="InvalidOperationException">An adapter is merged, or calls of the model are running.</exception>
    public void SetAdapter(params string[] adapterNames) => SetAdapter(adapterNames, inferenceMode: false);

    /// <summary>Chooses the adapters of calls that choose none themselves.</summary>
    /// <param name="adapterNames">One or several names, in the order in which their updates are added.</param>
    /// <param name="inferenceMode">True: they are not trained.</param>
    /// <exception cref="ArgumentException">A name is not known or is given twice, or two of the adapters have a copy of the same module.</exception>
    /// <exception cref="InvalidOperationException">An adapter is merged, or calls of the model are running.</exception>
    public void SetAdapter(IReadOnlyList<string> adapterNames, bool inferenceMode)
    {
        ArgumentNullException.ThrowIfNull(adapterNames);
        if (adapterNames.Count == 0) throw new ArgumentException("Name at least one adapter; DisableAdapter() is for none.", nameof(adapterNames));
        RequireKnown(adapterNames);
        if (adapterNames.Distinct(StringComparer.Ordinal).Count() < adapterNames.Count) throw new ArgumentException($"[{string.Join(", ", adapterNames)}] names an adapter twice.", nameof(adapterNames));
        using var change = BeginChange("Choosing the model's adapters");
        RequireUnmerged("Choosing adapters");
        RequireOneCopy(adapterNames);
        if (_tuner.ActivationObstacle(adapterNames) is { } obstacle) throw new ArgumentException($"[{string.Join(", ", adapterNames)}] cannot be active together: {obstacle}", nameof(adapterNames));
        foreach (var name in adapterNames)
            if (inferenceMode) _frozen.Add(name);
            else _frozen.Remove(name);
        _adapters.Default = AdapterChoice.ForAll([.. adapterNames]);
        SetTrainable();
    }

    /// <summary>Deletes an adapter. If it was the only active one, none is active afterwards.</summary>
    /// <exception cref="ArgumentException">The name is not known.</exception>
    /// <exception cref="InvalidOperationException">An adapter is merged, this one's initialization changed the base weights (pissa, olora), or calls of the model are running.</exception>
    public void DeleteAdapter(string adapterName)
    {
        using var change = BeginChange("Deleting an adapter");
        RequireKnown([adapterName]);
        RequireUnmerged("Deleting an adapter");
        RequireUntouchedBase("DeleteAdapter", adapterName);
        _tuner.Remove(adapterName);
        _configs.Remove(adapterName);
        _frozen.Remove(adapterName);
        _adapters.Default = AdapterChoice.ForAll([.. _adapters.Default.Active.Where(name => name != adapterName)]);
        SetTrainable();
    }

    /// <summary>Gives an adapter another name. Calls in open scopes that use the old name are refused afterwards.</summary>
    /// <exception cref="ArgumentException">The old name is not known, or the new one is taken or not valid.</exception>
    /// <exception cref="InvalidOperationException">Calls of the model are running.</exception>
    public void RenameAdapter(string adapterName, string newName)
    {
        AdapterNames.Check(newName, nameof(newName));
        using var change = BeginChange("Renaming an adapter");
        RequireKnown([adapterName]);
        if (_configs.ContainsKey(newName)) throw new ArgumentException($"There is an adapter '{newName}' already.", nameof(newName));
        _tuner.Rename(adapterName, newName);
        _configs.Remove(adapterName, out var config);
        _configs.Add(newName, config!);
        if (_frozen.Remove(adapterName)) _frozen.Add(newName);
        _adapters.Default = AdapterChoice.ForAll(Renamed(_adapters.Default.Active));
        _adapters.Merged = Renamed(_adapters.Merged);

        string[] Renamed(IReadOnlyList<string> names) => [.. names.Select(name => name == adapterName ? newName : name)];
    }

    private static bool TrainsBiases(PeftConfig config) => config is LayerConfig { TrainedBiases: not TrainedBiases.None };

    private void RequireOneCopy(IReadOnlyList<string> adapterNames)
    {
        foreach (var (path, part) in _tree.Parts)
            if (part is ModulesToSaveWrapper && adapterNames.Where(part.Has).ToArray() is { Length: > 1 } several)
                throw new ArgumentException($"{string.Join(" and ", several)} each have a copy of '{path}' (modules_to_save), and only one copy can answer. Choose one of them.", nameof(adapterNames));
    }

    private protected void RequireUntouchedBase(string what, string? adapterName = null)
    {
        foreach (var (name, config) in _configs)
            if ((adapterName is null || adapterName == name) && config.ChangesBaseWeights)
                throw new InvalidOperationException($"{what}: adapter '{name}' took a part of the base weights into itself when it started (pissa, olora), so the base model without it is not the one it was. Call MergeAndUnload, or load the base model again.");
    }
}
