using PeftSharp.Tuners.Lora;

namespace PeftSharp.Tuners;

/// <summary>What only LoRA adapters can do.</summary>
public static class LoraExtensions
{
    /// <summary>Makes a new adapter out of others; it is not active until <see cref="PeftModel.SetAdapter(string[])"/> says so.</summary>
    /// <param name="model">A model with LoRA adapters.</param>
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
    public static void AddWeightedAdapter(this PeftModel model, IReadOnlyList<string> adapters, IReadOnlyList<double> weights, string adapterName, CombinationType combinationType = CombinationType.Svd,
        int? svdRank = null, double? density = null, MajoritySignMethod majoritySignMethod = MajoritySignMethod.Total, double? svdClamp = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(adapters);
        ArgumentNullException.ThrowIfNull(weights);
        if (adapters.Count == 0) throw new ArgumentException("Name at least one adapter.", nameof(adapters));
        if (adapters.Count != weights.Count) throw new ArgumentException($"{adapters.Count} adapters need as many weights, not {weights.Count}.", nameof(weights));
        if (weights.FirstOrDefault(weight => !double.IsFinite(weight)) is var wrong and not 0) throw new ArgumentOutOfRangeException(nameof(weights), wrong, "Weights are finite numbers.");
        if (svdRank is { } rank) ArgumentOutOfRangeException.ThrowIfLessThan(rank, 1, nameof(svdRank));
        var how = adapters.Count == 1 ? new WeightedCombination([.. adapters], [.. weights], CombinationType.Linear, null, default, 0, null)
            : new WeightedCombination([.. adapters], [.. weights], combinationType, density, majoritySignMethod, svdRank ?? 0, svdClamp);
        how.Check();
        model.Combine(adapters, adapterName, (tuner, configs) =>
        {
            if (tuner is not LoraTuner lora) throw new NotSupportedException($"Adapters of {configs[0].PeftType} cannot be combined; only those of {LoraConfig.Method} can.");
            var (config, sized) = Combined([.. configs.Cast<LoraConfig>()], how);
            return (config, () => lora.Combine(adapterName, sized));
        });
    }

    private static (LoraConfig Config, WeightedCombination How) Combined(IReadOnlyList<LoraConfig> all, WeightedCombination how)
    {
        if (all.Any(config => config.UseDora || config.LoraBias))
            throw new NotSupportedException("Adapters with DoRA or with a bias of B cannot be combined: their lengths and biases have no weighted sum that means anything.");
        var ranks = all.Select(config => config.RankPattern.Values.Append(config.R).Max()).ToArray();
        if (how is { IsOnUpdates: false, Type: not CombinationType.Cat } && ranks.Distinct().Count() > 1)
            throw new ArgumentException($"{how.Type} sums factors, which needs equal ranks, not {string.Join(", ", ranks)}. Take {nameof(CombinationType.Svd)} or {nameof(CombinationType.Cat)}.");
        var rank = how.Type == CombinationType.Cat ? ranks.Sum() : how.IsOnUpdates && how.Rank > 0 ? how.Rank : ranks.Max();
        return (all[0] with
        {
            R = rank,
            LoraAlpha = rank,                                   // the scale is 1: those of the sources are in the factors
            UseRslora = false,
            RankPattern = new Dictionary<string, int>(),
            AlphaPattern = new Dictionary<string, double>(),
            InitLoraWeights = LoraInitializer.Default,
            TargetModules = Union(all),
            ModulesToSave = all.Any(config => config.ModulesToSave is not null) ? [.. all.SelectMany(config => config.ModulesToSave ?? []).Distinct(StringComparer.Ordinal)] : null,
        }, how with { Rank = rank });
    }

    private static TargetModules Union(IReadOnlyList<LoraConfig> configs)
    {
        var targets = configs.Select(config => config.TargetModules!).ToArray();
        if (targets.All(target => target.Pattern is null)) return TargetModules.Create([.. targets.SelectMany(target => target.Names).Distinct(StringComparer.Ordinal)]);
        if (targets.All(target => target.Pattern is not null)) return TargetModules.FromString(string.Join("|", targets.Select(target => $"({target.Pattern})")));
        throw new ArgumentException($"The targets of these adapters are lists and expressions ({string.Join("; ", targets.AsEnumerable())}); only adapters of one kind can be combined.");
    }
}
