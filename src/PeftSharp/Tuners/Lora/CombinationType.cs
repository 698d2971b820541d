namespace PeftSharp.Tuners;

/// <summary>How several adapters become one (peft's <c>combination_type</c>).</summary>
public enum CombinationType
{
    /// <summary><c>svd</c>: the weighted sum of the updates B·A, and of it the largest singular values. Exact up to the rank; slow.</summary>
    Svd,
    /// <summary><c>linear</c>: weighted sums of the factors A and B apart. Fast and rough; ranks must be equal.</summary>
    Linear,
    /// <summary><c>cat</c>: factors side by side. Exact; the rank is the sum of the ranks.</summary>
    Cat,
    /// <summary><c>ties</c>: of the factors the largest numbers, and of those the ones that agree with the majority's sign (Yadav et al. 2023, arXiv:2306.01708).</summary>
    Ties,
    /// <summary><c>ties_svd</c>: as <see cref="Ties"/>, on the updates.</summary>
    TiesSvd,
    /// <summary><c>dare_linear</c>: of the factors random numbers, scaled up (Yu et al. 2023, arXiv:2311.03099).</summary>
    DareLinear,
    /// <summary><c>dare_linear_svd</c>: as <see cref="DareLinear"/>, on the updates.</summary>
    DareLinearSvd,
    /// <summary><c>dare_ties</c>: random numbers, and of those the ones that agree with the majority's sign.</summary>
    DareTies,
    /// <summary><c>dare_ties_svd</c>: as <see cref="DareTies"/>, on the updates.</summary>
    DareTiesSvd,
    /// <summary><c>magnitude_prune</c>: of the factors the largest numbers.</summary>
    MagnitudePrune,
    /// <summary><c>magnitude_prune_svd</c>: as <see cref="MagnitudePrune"/>, on the updates.</summary>
    MagnitudePruneSvd,
}
