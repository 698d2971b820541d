namespace PeftSharp.Tuners;

/// <content>Combining adapters.</content>
public abstract partial class PeftModel
{
    /// <summary>Adds an adapter that is a combination of others.</summary>
    /// <param name="adapters">Names of the adapters to combine.</param>
    /// <param name="adapterName">The name of the new adapter.</param>
    /// <param name="combine">
    /// Returns the configuration of the new adapter, created from the configurations of the others, and the action that fills the new
    /// adapter after it was attached.
    /// </param>
    internal void Combine(
        IReadOnlyList<string> adapters, string adapterName,
        Func<Tuner, IReadOnlyList<PeftConfig>, (PeftConfig Config, Action Fill)> combine)
    {
        using var change = BeginChange("Combining adapters");
        RequireKnown(adapters);
        RequireUnmerged("Combining adapters");
        foreach (var (path, module) in _tree.Parts)
        {
            if (module is ModulesToSaveWrapper && adapters.Where(module.Has).ToArray() is { Length: > 1 } several)
                throw new ArgumentException($"{string.Join(" and ", several)} each have a copy of '{path}' (ModulesToSave), "
                    + "and copies cannot be combined. Combine adapters of which at most one has a copy.", nameof(adapters));
            if (module is TrainableTokensWrapper && adapters.Any(module.Has))
                throw new NotSupportedException($"Rows of '{path}' are trained by "
                    + $"{string.Join(", ", adapters.Where(module.Has).Select(name => $"'{name}'"))} "
                    + "(TrainableTokenIndices). Adapters with trained rows cannot be combined.");
        }
        var (config, fill) = combine(_tuner, [.. adapters.Select(adapter => _configs[adapter])]);
        Add(adapterName, config, _ =>
        {
            using var free = TorchSharp.torch.no_grad();
            fill();
            CopySavedModules(adapters, adapterName);
        });
    }

    private void CopySavedModules(IReadOnlyList<string> adapters, string adapterName)
    {
        foreach (var (_, module) in _tree.Parts)
            if (module is ModulesToSaveWrapper && module.Has(adapterName) && adapters.FirstOrDefault(module.Has) is { } owner)
                foreach (var (source, target) in module.ParametersOf(owner).Zip(module.ParametersOf(adapterName)))
                    target.Value.copy_(source.Value);
    }
}
