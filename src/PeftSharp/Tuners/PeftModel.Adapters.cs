using PeftSharp.Modeling;

namespace PeftSharp.Tuners;

/// <content>Adding, activating, renaming and deleting adapters.</content>
public abstract partial class PeftModel
{
    /// <summary>Adds a new adapter. It is not active until <see cref="SetAdapter(string[])"/> activates it.</summary>
    /// <param name="adapterName">The name of the adapter.</param>
    /// <param name="config">The configuration. All adapters of a model have the same type (<see cref="PeftConfig.PeftType"/>).</param>
    /// <exception cref="ArgumentException">The name is already used or invalid, or the configuration is invalid for this model.</exception>
    /// <exception cref="InvalidOperationException">
    /// An adapter is merged, calls of the model are running, or the initialization of the new adapter (pissa, olora) would change the base
    /// weights of a layer that already has adapters.
    /// </exception>
    public void AddAdapter(string adapterName, PeftConfig config) => Add(adapterName, config, fill: null);

    private void Add(string adapterName, PeftConfig config, Action<PeftConfig>? fill)
    {
        AdapterNames.Check(adapterName, nameof(adapterName));
        ArgumentNullException.ThrowIfNull(config);
        using var change = BeginChange("Adding an adapter");
        if (_configs.ContainsKey(adapterName))
            throw new ArgumentException(
                $"An adapter '{adapterName}' already exists. Choose another name, or delete the existing adapter.", nameof(adapterName));
        if (MethodError(config) is { } methodError) throw new ArgumentException(methodError, nameof(config));
        RequireUnmerged("Adding an adapter");
        config.Validate();
        if (BiasError(config) is { } biasError) throw new ArgumentException($"{biasError} Set Bias to None.", nameof(config));
        _configs[adapterName] = _tuner.Add(adapterName, config, fill) with { FileElements = null };
        if (config.InferenceMode) _frozen.Add(adapterName);
        SetTrainable();
    }

    /// <summary>
    /// Activates adapters and makes them trainable; all other adapters become inactive. Calls for which no adapters are selected use the
    /// active adapters.
    /// </summary>
    /// <remarks>
    /// This affects all callers of the model. To select adapters for individual calls, use
    /// <see cref="CallWithAdapter(ModelInputs, string)"/>, <c>GenerationOptions.Adapter</c> or <see cref="UseAdapter"/>.
    /// </remarks>
    /// <param name="adapterNames">One or more names, in the order in which the adapters are applied.</param>
    /// <exception cref="ArgumentException">
    /// There is no name, or a name is unknown or repeated; two of the adapters each have a copy of the same module
    /// (<see cref="PeftConfig.ModulesToSave"/>) or train the same token row; or adapters of this type (<see cref="PeftConfig.PeftType"/>)
    /// cannot be active together, such as adapters with virtual tokens.
    /// </exception>
    /// <exception cref="InvalidOperationException">An adapter is merged, or calls of the model are running.</exception>
    public void SetAdapter(params string[] adapterNames) => SetAdapter(adapterNames, inferenceMode: false);

    /// <summary>Activates adapters; all other adapters become inactive. Calls for which no adapters are selected use the active
    /// adapters.</summary>
    /// <param name="adapterNames">One or more names, in the order in which the adapters are applied.</param>
    /// <param name="inferenceMode">True to freeze the adapters; false to make them trainable.</param>
    /// <exception cref="ArgumentException">
    /// There is no name, or a name is unknown or repeated; two of the adapters each have a copy of the same module
    /// (<see cref="PeftConfig.ModulesToSave"/>) or train the same token row; or adapters of this type (<see cref="PeftConfig.PeftType"/>)
    /// cannot be active together, such as adapters with virtual tokens.
    /// </exception>
    /// <exception cref="InvalidOperationException">An adapter is merged, or calls of the model are running.</exception>
    public void SetAdapter(IReadOnlyList<string> adapterNames, bool inferenceMode)
    {
        ArgumentNullException.ThrowIfNull(adapterNames);
        if (adapterNames.Count == 0)
            throw new ArgumentException("Specify at least one adapter. To use none, call DisableAdapter().", nameof(adapterNames));
        RequireKnown(adapterNames);
        if (adapterNames.Distinct(StringComparer.Ordinal).Count() < adapterNames.Count)
        {
            throw new ArgumentException(
                $"[{string.Join(", ", adapterNames)}] contains an adapter twice. Specify each adapter once.", nameof(adapterNames));
        }
        using var change = BeginChange("Choosing the model's adapters");
        RequireUnmerged("Choosing adapters");
        RequireCompatible(adapterNames, nameof(adapterNames));
        if (_tuner.GetActivationError(adapterNames) is { } obstacle)
            throw new ArgumentException($"[{string.Join(", ", adapterNames)}] cannot be active together: {obstacle}", nameof(adapterNames));
        foreach (var name in adapterNames)
            if (inferenceMode) _frozen.Add(name);
            else _frozen.Remove(name);
        _adapters.Default = AdapterChoice.ForAll([.. adapterNames]);
        SetTrainable();
    }

    /// <summary>Deletes an adapter. If it was the only active adapter, none is active afterwards.</summary>
    /// <param name="adapterName">The name of the adapter.</param>
    /// <exception cref="ArgumentException">The name is unknown.</exception>
    /// <exception cref="InvalidOperationException">
    /// An adapter is merged, the initialization of this adapter changed the base weights (pissa, olora), or calls of the model are
    /// running.
    /// </exception>
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

    /// <summary>Renames an adapter. If an open scope has selected the adapter by its old name, calls in this scope then throw an
    /// <see cref="ArgumentException"/>.</summary>
    /// <param name="adapterName">The current name.</param>
    /// <param name="newName">The new name.</param>
    /// <exception cref="ArgumentException">The old name is unknown, or the new name is already used or invalid.</exception>
    /// <exception cref="InvalidOperationException">Calls of the model are running.</exception>
    public void RenameAdapter(string adapterName, string newName)
    {
        AdapterNames.Check(newName, nameof(newName));
        using var change = BeginChange("Renaming an adapter");
        RequireKnown([adapterName]);
        if (_configs.ContainsKey(newName))
            throw new ArgumentException($"An adapter '{newName}' already exists. Choose another name.", nameof(newName));
        _tuner.Rename(adapterName, newName);
        _configs.Remove(adapterName, out var config);
        _configs.Add(newName, config!);
        if (_frozen.Remove(adapterName)) _frozen.Add(newName);
        _adapters.Default = AdapterChoice.ForAll(Renamed(_adapters.Default.Active));
        _adapters.Merged = Renamed(_adapters.Merged);

        string[] Renamed(IReadOnlyList<string> names) => [.. names.Select(name => name == adapterName ? newName : name)];
    }

    private string? MethodError(PeftConfig config) => config.PeftType == _peftType ? null
        : $"This model has {_peftType} adapters and cannot also have {config.PeftType} adapters. "
        + "Load the base model again for the new adapter.";

    private string? BiasError(PeftConfig config) => TrainsBiases(config) && _configs.Values.Any(TrainsBiases)
        ? "Another adapter of this model already trains biases of the base model, and only one can." : null;

    private static bool TrainsBiases(PeftConfig config) => config is LayerConfig { TrainedBiases: not TrainedBiases.None };

    private void RequireCompatible(IReadOnlyList<string> adapterNames, string parameter)
    {
        foreach (var (path, part) in _tree.Parts)
        {
            if (adapterNames.Where(part.Has).ToArray() is not { Length: > 1 } several) continue;
            if (part is ModulesToSaveWrapper)
                throw new ArgumentException($"{string.Join(" and ", several)} each have a copy of '{path}' (ModulesToSave), "
                    + "and only one copy can be used. Choose one of them.", parameter);
            if (part is TrainableTokensWrapper rows && rows.FindSharedRow(several) is var (first, second, token))
                throw new ArgumentException($"The adapters '{first}' and '{second}' both train the row of token {token} of '{path}', "
                    + "so they cannot be active or merged together. Choose one of them.", parameter);
        }
    }

    private protected void RequireUntouchedBase(string what, string? adapterName = null)
    {
        foreach (var (name, config) in _configs)
            if ((adapterName is null || adapterName == name) && config.ChangesBaseWeights)
                throw new InvalidOperationException($"{what}: the initialization of adapter '{name}' moved a part of the base "
                    + "weights into the adapter (pissa, olora), so the base model without this adapter is incomplete. "
                    + "Call MergeAndUnload, or load the base model again.");
    }
}
