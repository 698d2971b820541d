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

    /// <summary>Whether the sign of the majority counts.</summary>
    private bool UsesSigns => Type is CombinationType.Ties or CombinationType.TiesSvd or CombinationType.DareTies or CombinationType.DareTiesSvd;

    /// <summary>Checks the values, and that the type uses each option that is set.</summary>
    /// <exception cref="ArgumentException">One is out of range, missing or not used.</exception>
    internal void Check()
    {
        if (!Enum.IsDefined(Type)) throw new ArgumentException($"There is no combination type {Type}.");
        if (IsPruned && Density is not (>= 0 and <= 1)) throw new ArgumentException($"{Type} keeps a share of the numbers, and density is {(Density is null ? "not set" : Density)}: give one from 0 to 1.");
        if (SvdClamp is not null and not (>= 0 and <= 1)) throw new ArgumentException($"svdClamp is {SvdClamp}, but it is a quantile, from 0 to 1.");
        var unused = new (string Name, bool IsUnused)[]
        {
            ("density", Density is not null && !IsPruned), ("svdRank", Rank > 0 && !IsOnUpdates), ("svdClamp", SvdClamp is not null && !IsOnUpdates), ("majoritySignMethod", SignMethod != default && !UsesSigns),
        }.Where(option => option.IsUnused).Select(option => option.Name).ToArray();
        if (unused.Length > 0) throw new ArgumentException($"{Type} does not use {string.Join(", ", unused)}. Leave it out, or choose a combination type that uses it.");
    }
}
