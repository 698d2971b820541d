namespace PeftSharp.Tuners;

/// <summary>The method of combining several adapters into one (peft's <c>combination_type</c>).</summary>
public enum CombinationType
{
    /// <summary>
    /// <c>svd</c>: truncated singular value decomposition of the weighted sum of the updates B·A. Exact up to the rank; slow.
    /// </summary>
    Svd,
    /// <summary><c>linear</c>: weighted sums of the factors A and B. Fast but approximate; ranks must be equal.</summary>
    Linear,
    /// <summary><c>cat</c>: concatenates the factors. Exact; the rank is the sum of the ranks.</summary>
    Cat,
    /// <summary>
    /// <c>ties</c>: keeps the elements of the factors with the largest magnitude and, of these elements, only those that agree with the
    /// majority sign (Yadav et al. 2023, arXiv:2306.01708).
    /// </summary>
    Ties,
    /// <summary><c>ties_svd</c>: as <see cref="Ties"/>, applied to the updates B·A.</summary>
    TiesSvd,
    /// <summary><c>dare_linear</c>: keeps random elements of the factors and rescales them (Yu et al. 2023, arXiv:2311.03099).</summary>
    DareLinear,
    /// <summary><c>dare_linear_svd</c>: as <see cref="DareLinear"/>, applied to the updates B·A.</summary>
    DareLinearSvd,
    /// <summary>
    /// <c>dare_ties</c>: keeps random elements of the factors and, of these elements, only those that agree with the majority sign.
    /// </summary>
    DareTies,
    /// <summary><c>dare_ties_svd</c>: as <see cref="DareTies"/>, applied to the updates B·A.</summary>
    DareTiesSvd,
    /// <summary><c>magnitude_prune</c>: keeps the elements of the factors with the largest magnitude.</summary>
    MagnitudePrune,
    /// <summary><c>magnitude_prune_svd</c>: as <see cref="MagnitudePrune"/>, applied to the updates B·A.</summary>
    MagnitudePruneSvd,
}
