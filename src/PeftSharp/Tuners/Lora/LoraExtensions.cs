using PeftSharp.Internal;
using PeftSharp.Tuners.Lora;

namespace PeftSharp.Tuners;

/// <summary>Operations that are specific to LoRA adapters.</summary>
public static class LoraExtensions
{
    /// <summary>
    /// Combines several adapters into a new one. It is not active until <see cref="PeftModel.SetAdapter(string[])"/> activates it.
    /// </summary>
    /// <param name="model">A model with LoRA adapters.</param>
    /// <param name="adapters">Names of the adapters to combine.</param>
    /// <param name="weights">The weight of each adapter. A negative weight subtracts the effect of the adapter.</param>
    /// <param name="adapterName">Name of the new adapter.</param>
    /// <param name="combinationType">
    /// The method of combination. Default: singular value decomposition of the weighted sum, as in peft. A single adapter is only scaled,
    /// regardless of the type.
    /// </param>
    /// <param name="svdRank">Rank of the result of a decomposition. Null: the largest rank of the adapters.</param>
    /// <param name="density">Fraction of the elements that pruning keeps, from 0 to 1; required by the ties, dare and prune types.</param>
    /// <param name="majoritySignMethod">How the ties types determine the majority sign. Default: the sign of the sum.</param>
    /// <param name="svdClamp">Quantile, from 0 to 1, to which the factors of a decomposition are clamped. Null: they are not
    /// clamped.</param>
    /// <exception cref="ArgumentException">
    /// No adapter is specified, a name is unknown or already used, the numbers of names and weights differ, an option is out of range or
    /// not used by <paramref name="combinationType"/>, or the ranks, targets or fully trained modules of the adapters cannot be combined.
    /// </exception>
    /// <exception cref="InvalidOperationException">
    /// An adapter is merged, calls of the model are running, or the combination would adapt other layers than the adapters, because their
    /// <see cref="LoraConfig.LayersToTransform"/> or <see cref="LayerConfig.ExcludeModules"/> differ.
    /// </exception>
    /// <exception cref="NotSupportedException">
    /// The adapters are not LoRA adapters, or an option of an adapter, such as DoRA or trained token embeddings, does not support
    /// combination.
    /// </exception>
    public static void AddWeightedAdapter(
        this PeftModel model, IReadOnlyList<string> adapters, IReadOnlyList<double> weights, string adapterName,
        CombinationType combinationType = CombinationType.Svd, int? svdRank = null, double? density = null,
        MajoritySignMethod majoritySignMethod = MajoritySignMethod.Total, double? svdClamp = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(adapters);
        ArgumentNullException.ThrowIfNull(weights);
        if (adapters.Count == 0) throw new ArgumentException("The list is empty. Specify at least one adapter.", nameof(adapters));
        if (adapters.Count != weights.Count)
            throw new ArgumentException(
                $"adapters contains {Quantity.Of(adapters.Count, "name")}, but weights contains {weights.Count}. Provide one weight per "
                + "adapter.", nameof(weights));
        if (weights.FirstOrDefault(weight => !double.IsFinite(weight)) is var wrong and not 0)
            throw new ArgumentOutOfRangeException(nameof(weights), wrong, "Weights must be finite.");
        if (svdRank is { } rank) ArgumentOutOfRangeException.ThrowIfLessThan(rank, 1, nameof(svdRank));
        var how = adapters.Count == 1
            ? new WeightedCombination([.. adapters], [.. weights], CombinationType.Linear, null, default, 0, null)
            : new WeightedCombination([.. adapters], [.. weights], combinationType, density, majoritySignMethod, svdRank ?? 0, svdClamp);
        how.Check();
        model.Combine(adapters, adapterName, (tuner, configs) =>
        {
            if (tuner is not LoraTuner lora)
                throw new NotSupportedException(
                    $"Adapters of type {configs[0].PeftType} cannot be combined; only {LoraConfig.Method} adapters can.");
            var (config, sized) = Combined([.. configs.Cast<LoraConfig>()], how);
            return (config, () => lora.Combine(adapterName, sized));
        });
    }

    private static (LoraConfig Config, WeightedCombination How) Combined(IReadOnlyList<LoraConfig> all, WeightedCombination how)
    {
        if (all.Any(config => config.UseDora || config.LoraBias))
            throw new NotSupportedException("Adapters with DoRA or with a bias of B cannot be combined, because a weighted sum of "
                + "their magnitudes and biases is not meaningful.");
        var ranks = all.Select(config => config.RankPattern.Values.Append(config.R).Max()).ToArray();
        if (how is { IsOnUpdates: false, Type: not CombinationType.Cat } && ranks.Distinct().Count() > 1)
            throw new ArgumentException($"{how.Type} requires equal ranks, not {string.Join(", ", ranks)}. "
                + $"Use {nameof(CombinationType.Svd)} or {nameof(CombinationType.Cat)}.");
        var rank = how.Type == CombinationType.Cat ? ranks.Sum() : how.IsOnUpdates && how.Rank > 0 ? how.Rank : ranks.Max();
        return (all[0] with
        {
            R = rank,
            LoraAlpha = rank,                                   // the scale is 1, because the factors include the scales of the sources
            UseRslora = false,
            RankPattern = new Dictionary<string, int>(),
            AlphaPattern = new Dictionary<string, double>(),
            InitLoraWeights = LoraInitializer.Default,
            TargetModules = Union(all),
            ModulesToSave = all.Any(config => config.ModulesToSave is not null)
                ? [.. all.SelectMany(config => config.ModulesToSave ?? []).Distinct(StringComparer.Ordinal)]
                : null,
        }, how with { Rank = rank });
    }

    private static TargetModules Union(IReadOnlyList<LoraConfig> configs)
    {
        var targets = configs.Select(config => config.TargetModules!).ToArray();
        if (targets.All(target => target.Pattern is null))
            return TargetModules.Create([.. targets.SelectMany(target => target.Names).Distinct(StringComparer.Ordinal)]);
        if (targets.All(target => target.Pattern is not null))
            return TargetModules.FromString(string.Join("|", targets.Select(target => $"({target.Pattern})")));
        throw new ArgumentException("The target modules of these adapters are partly lists and partly expressions "
            + $"({string.Join("; ", targets.AsEnumerable())}). Combine adapters with only lists or only expressions.");
    }
}
