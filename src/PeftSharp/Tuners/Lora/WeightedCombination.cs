namespace PeftSharp.Tuners;

/// <summary>The parameters of a combination of adapters.</summary>
/// <param name="Adapters">Names of the adapters.</param>
/// <param name="Weights">The weight of each adapter. A negative weight subtracts the effect of the adapter.</param>
/// <param name="Type">The method of combination.</param>
/// <param name="Density">Fraction of the elements that pruning keeps, from 0 to 1.</param>
/// <param name="SignMethod">How the majority sign is determined.</param>
/// <param name="Rank">Rank of the result.</param>
/// <param name="SvdClamp">Quantile to which the factors of a decomposition are clamped. Null: they are not clamped.</param>
internal sealed record WeightedCombination(
    IReadOnlyList<string> Adapters, IReadOnlyList<double> Weights, CombinationType Type, double? Density, MajoritySignMethod SignMethod,
    int Rank, double? SvdClamp)
{
    /// <summary>Whether the updates B·A are combined instead of the factors.</summary>
    internal bool IsOnUpdates =>
        Type is CombinationType.Svd or CombinationType.TiesSvd or CombinationType.DareLinearSvd or CombinationType.DareTiesSvd
            or CombinationType.MagnitudePruneSvd;

    /// <summary>Whether elements are pruned.</summary>
    internal bool IsPruned => Type is not (CombinationType.Svd or CombinationType.Linear or CombinationType.Cat);

    /// <summary>Whether the majority sign is used.</summary>
    private bool UsesSigns =>
        Type is CombinationType.Ties or CombinationType.TiesSvd or CombinationType.DareTies or CombinationType.DareTiesSvd;

    /// <summary>Checks the values, and that every option that is set is used.</summary>
    /// <exception cref="ArgumentException">An option is out of range, missing or not used.</exception>
    internal void Check()
    {
        if (!Enum.IsDefined(Type)) throw new ArgumentException($"The combination type {Type} is not supported.");
        if (IsPruned && Density is not (>= 0 and <= 1))
            throw new ArgumentException($"{Type} requires a density from 0 to 1, the fraction of elements to keep, "
                + $"but density is {(Density is null ? "not set" : Density)}.");
        if (SvdClamp is not null and not (>= 0 and <= 1))
            throw new ArgumentException($"svdClamp is {SvdClamp}, but it must be a quantile from 0 to 1.");
        var unused = new (string Name, bool IsUnused)[]
        {
            ("density", Density is not null && !IsPruned), ("svdRank", Rank > 0 && !IsOnUpdates),
            ("svdClamp", SvdClamp is not null && !IsOnUpdates), ("majoritySignMethod", SignMethod != default && !UsesSigns),
        }.Where(option => option.IsUnused).Select(option => option.Name).ToArray();
        if (unused.Length > 0)
            throw new ArgumentException(
                $"{Type} does not use {string.Join(", ", unused)}. Omit {(unused.Length == 1 ? "this option" : "these options")}, "
                + "or choose another combination type.");
    }
}
