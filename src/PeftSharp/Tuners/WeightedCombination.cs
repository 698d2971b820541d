namespace PeftSharp.Tuners;

/// <summary>Several adapters, their weights and the way they become one.</summary>
/// <param name="Adapters">Names of the adapters.</param>
/// <param name="Weights">A factor for each; negative ones take an adapter's effect away.</param>
/// <param name="Type">How they become one.</param>
/// <param name="Density">Share of the numbers that pruning keeps, from 0 to 1.</param>
/// <param name="SignMethod">How the majority's sign is found.</param>
/// <param name="Rank">Rank of the result.</param>
/// <param name="SvdClamp">Quantile to which the factors of a decomposition are limited; null: none.</param>
internal sealed record WeightedCombination(
    IReadOnlyList<string> Adapters, IReadOnlyList<double> Weights, CombinationType Type, double? Density, MajoritySignMethod SignMethod, int Rank, double? SvdClamp)
{
    /// <summary>Whether the updates are combined instead of their factors.</summary>
    internal bool IsOnUpdates => Type is CombinationType.Svd or CombinationType.TiesSvd or CombinationType.DareLinearSvd or CombinationType.DareTiesSvd or CombinationType.MagnitudePruneSvd;

    /// <summary>Whether numbers are left out.</summary>
    internal bool IsPruned => Type is not (CombinationType.Svd or CombinationType.Linear or CombinationType.Cat);
}
