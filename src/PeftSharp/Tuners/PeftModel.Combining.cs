namespace PeftSharp.Tuners;

/// <content>One adapter out of several.</content>
public abstract partial class PeftModel
{
    /// <summary>Makes a new adapter out of others; it is not active until <see cref="SetAdapter(string[])"/> says so.</summary>
    /// <param name="adapters">Names of the adapters.</param>
    /// <param name="weights">A factor for each; a negative one subtracts the adapter's effect.</param>
    /// <param name="adapterName">Name of the new one.</param>
    /// <param name="combinationType">How they become one. Default the singular values of the weighted sum, as in peft. One adapter alone is scaled, whatever is said here.</param>
    /// <param name="svdRank">Rank of the result of a decomposition. Null: the largest of the adapters'.</param>
    /// <param name="density">Share of the numbers that pruning keeps, from 0 to 1; needed by the ties, dare and prune types.</param>
    /// <param name="majoritySignMethod">How the ties types find the majority's sign.</param>
    /// <param name="svdClamp">Quantile to which the factors of a decomposition are limited. Null: none.</param>
    /// <exception cref="ArgumentException">A name is not known or taken, the numbers of names and weights differ, an option is out of range or not used by <paramref name="combinationType"/>, or the ranks or targets do not fit together.</exception>
    /// <exception cref="InvalidOperationException">An adapter is merged, or calls of the model are running.</exception>
    /// <exception cref="NotSupportedException">The method or variant of the adapters has no such combination.</exception>
    public void AddWeightedAdapter(IReadOnlyList<string> adapters, IReadOnlyList<double> weights, string adapterName, CombinationType combinationType = CombinationType.Svd,
        int? svdRank = null, double? density = null, MajoritySignMethod majoritySignMethod = MajoritySignMethod.Total, double? svdClamp = null)
    {
        ArgumentNullException.ThrowIfNull(adapters);
        ArgumentNullException.ThrowIfNull(weights);
        using var change = BeginChange("Combining adapters");
        RequireKnown(adapters);
        RequireUnmerged("Combining adapters");
        if (adapters.Count == 0) throw new ArgumentException("Name at least one adapter.", nameof(adapters));
        if (adapters.Count != weights.Count) throw new ArgumentException($"{adapters.Count} adapters need as many weights, not {weights.Count}.", nameof(weights));
        if (weights.FirstOrDefault(weight => !double.IsFinite(weight)) is var wrong and not 0) throw new ArgumentOutOfRangeException(nameof(weights), wrong, "Weights are finite numbers.");
        if (svdRank is { } rank) ArgumentOutOfRangeException.ThrowIfLessThan(rank, 1, nameof(svdRank));
        var how = adapters.Count == 1 ? new WeightedCombination([.. adapters], [.. weights], CombinationType.Linear, null, default, 0, null)
            : new WeightedCombination([.. adapters], [.. weights], combinationType, density, majoritySignMethod, svdRank ?? 0, svdClamp);
        how.Check();
        var parts = _tree.Parts;
        foreach (var (path, part) in parts)
        {
            if (part is ModulesToSaveWrapper && adapters.Where(part.Has).ToArray() is { Length: > 1 } several)
                throw new ArgumentException($"{string.Join(" and ", several)} each have a copy of '{path}' (modules_to_save), and copies cannot be combined. Combine adapters of which at most one has one.", nameof(adapters));
            if (part is TrainableTokensWrapper && adapters.Any(part.Has)) throw new NotSupportedException($"{string.Join(", ", adapters.Where(part.Has))} trains rows of '{path}', which are not combined.");
        }
        var (config, sized) = _tuner.CombinedConfig([.. adapters.Select(adapter => _configs[adapter])], how);
        Add(adapterName, config, _ => Fill(adapterName, sized));
    }

    private void Fill(string adapterName, WeightedCombination how)
    {
        using var free = TorchSharp.torch.no_grad();
        foreach (var (_, part) in _tree.Parts.Where(part => part.Part.Has(adapterName)))
        {
            using var scope = TorchSharp.torch.NewDisposeScope();
            if (part is TunerLayer layer) _tuner.Combine(layer, adapterName, how);
            else if (how.Adapters.FirstOrDefault(part.Has) is { } owner)
                foreach (var (source, target) in part.ParametersOf(owner).Zip(part.ParametersOf(adapterName))) target.Value.copy_(source.Value);
        }
    }
}
