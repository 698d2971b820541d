namespace PeftSharp.Tuners;

/// <content>Adding, choosing and taking away adapters.</content>
public abstract partial class PeftModel
{
    /// <summary>Adds an adapter beside the others; it is not active until <see cref="SetAdapter(string[])"/> says so.</summary>
    /// <param name="adapterName">Its name.</param>
    /// <param name="config">Its configuration, of the method of the others.</param>
    /// <exception cref="ArgumentException">The name is taken or cannot be one, or the configuration makes no sense for this model.</exception>
    public void AddAdapter(string adapterName, PeftConfig config) => Add(adapterName, config, fill: null);

    private void Add(string adapterName, PeftConfig config, Action<LayerConfig>? fill)
    {
        AdapterNames.Check(adapterName, nameof(adapterName));
        ArgumentNullException.ThrowIfNull(config);
        if (_configs.ContainsKey(adapterName)) throw new ArgumentException($"There is an adapter '{adapterName}' already. Choose another name or delete that one.", nameof(adapterName));
        if (config is not LayerConfig layers || config.PeftType != _tuner.PeftType) throw new ArgumentException($"This model has adapters of {_tuner.PeftType}, so it takes none of {config.PeftType}. Load another base model for it.", nameof(config));
        RequireUnmerged("Adding an adapter");
        config.Validate();
        if (layers.TrainedBias != BiasMode.None && _configs.Values.Any(other => other.TrainedBias != BiasMode.None))
            throw new ArgumentException("One adapter of this model trains biases of the base model already; two would train the same numbers. Set Bias to None.", nameof(config));
        _configs[adapterName] = _tree.Add(adapterName, _tree.Resolve(layers), fill);
        if (config.InferenceMode) _frozen.Add(adapterName);
        SetTrainable();
    }

    /// <summary>Chooses the adapters that are added, and trained, from now on.</summary>
    /// <param name="adapterNames">One or several names, in this order.</param>
    /// <exception cref="ArgumentException">A name is not known or stands twice, or two of them train a copy of the same module.</exception>
    public void SetAdapter(params string[] adapterNames) => SetAdapter(adapterNames, inferenceMode: false);

    /// <summary>Chooses the adapters that are added from now on.</summary>
    /// <param name="adapterNames">One or several names, in this order.</param>
    /// <param name="inferenceMode">Whether they are not trained.</param>
    /// <exception cref="ArgumentException">A name is not known or stands twice, or two of them train a copy of the same module.</exception>
    public void SetAdapter(IReadOnlyList<string> adapterNames, bool inferenceMode)
    {
        ArgumentNullException.ThrowIfNull(adapterNames);
        if (adapterNames.Count == 0) throw new ArgumentException("Name at least one adapter; DisableAdapter() is for none.", nameof(adapterNames));
        RequireKnown(adapterNames);
        if (adapterNames.Distinct(StringComparer.Ordinal).Count() < adapterNames.Count) throw new ArgumentException($"[{string.Join(", ", adapterNames)}] names an adapter twice.", nameof(adapterNames));
        RequireUnmerged("Choosing an adapter");
        foreach (var (path, part) in _tree.Parts)
            if (part is ModulesToSaveWrapper && adapterNames.Where(part.Has).ToArray() is { Length: > 1 } several)
                throw new ArgumentException($"{string.Join(" and ", several)} each have a copy of '{path}' (modules_to_save), and one must answer. Choose one of them.", nameof(adapterNames));
        foreach (var name in adapterNames)
            if (inferenceMode) _frozen.Add(name);
            else _frozen.Remove(name);
        _adapters.Active = [.. adapterNames];
        SetTrainable();
    }

    /// <summary>Takes an adapter away. Where it was active and no other is, none is active after.</summary>
    /// <exception cref="ArgumentException">The name is not known.</exception>
    /// <exception cref="InvalidOperationException">An adapter is merged, or this one's initialization changed the base weights (pissa, olora).</exception>
    public void DeleteAdapter(string adapterName)
    {
        RequireKnown([adapterName]);
        RequireUnmerged("Deleting an adapter");
        RequireUntouchedBase("DeleteAdapter", adapterName);
        _tree.Remove(adapterName);
        _configs.Remove(adapterName);
        _frozen.Remove(adapterName);
        _adapters.Active = [.. _adapters.Active.Where(name => name != adapterName)];
        SetTrainable();
    }

    /// <summary>Gives an adapter another name.</summary>
    /// <exception cref="ArgumentException">The old name is not known, or the new one is taken or cannot be one.</exception>
    public void RenameAdapter(string adapterName, string newName)
    {
        RequireKnown([adapterName]);
        AdapterNames.Check(newName, nameof(newName));
        if (_configs.ContainsKey(newName)) throw new ArgumentException($"There is an adapter '{newName}' already.", nameof(newName));
        foreach (var (_, part) in _tree.Parts) part.Rename(adapterName, newName);
        _configs.Remove(adapterName, out var config);
        _configs.Add(newName, config!);
        if (_frozen.Remove(adapterName)) _frozen.Add(newName);
        _adapters.Active = Renamed(_adapters.Active);
        _adapters.Merged = Renamed(_adapters.Merged);

        string[] Renamed(IReadOnlyList<string> names) => [.. names.Select(name => name == adapterName ? newName : name)];
    }

    /// <summary>Turns the adapters off until the returned scope is disposed: the model answers as its base model does, merged weights are taken back for that time.</summary>
    /// <remarks>Biases that an adapter trains are the base model's own and stay.</remarks>
    public IDisposable DisableAdapter()
    {
        var (wasEnabled, merged) = (_adapters.IsEnabled, _adapters.Merged);
        if (merged.Count > 0) Unmerge();
        _adapters.IsEnabled = false;
        SetTrainable();
        return new Scope(() =>
        {
            _adapters.IsEnabled = wasEnabled;
            if (merged.Count > 0) Merge(safeMerge: false, merged);
            SetTrainable();
        });
    }

    /// <summary>Gives each row of a batch its own adapter until the returned scope is disposed.</summary>
    /// <param name="adapterNames">One name a row; <c>__base__</c> for none.</param>
    /// <exception cref="ArgumentException">A name is not known.</exception>
    /// <exception cref="InvalidOperationException">An adapter is merged.</exception>
    public IDisposable UseAdapters(IReadOnlyList<string> adapterNames)
    {
        ArgumentNullException.ThrowIfNull(adapterNames);
        RequireKnown(adapterNames.Where(name => name != AdapterState.BaseName));
        RequireUnmerged("An adapter for each row");
        var before = _adapters.Rows;
        _adapters.Rows = [.. adapterNames];
        return new Scope(() => _adapters.Rows = before);
    }

    private protected void RequireUntouchedBase(string what, string? adapterName = null)
    {
        foreach (var (name, config) in _configs)
            if ((adapterName is null || adapterName == name) && config.ChangesBase)
                throw new InvalidOperationException($"{what}: adapter '{name}' took a part of the base weights into itself when it started (pissa, olora), so the base model without it is not the one it was. Call MergeAndUnload, or load the base model again.");
    }

    /// <summary>Undoes something once.</summary>
    private sealed class Scope(Action undo) : IDisposable
    {
        private Action? _undo = undo;

        public void Dispose() => Interlocked.Exchange(ref _undo, null)?.Invoke();
    }
}
