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
    /// <c>ties</c>: keeps the elements with the largest magnitude in each factor, drops the elements whose sign differs from the majority
    /// sign, multiplies the remaining elements by the weights, and averages the products (Yadav et al. 2023, arXiv:2306.01708). Ranks must
    /// be equal.
    /// </summary>
    Ties,
    /// <summary><c>ties_svd</c>: as <see cref="Ties"/>, but for the updates B·A, so ranks can differ.</summary>
    TiesSvd,
    /// <summary><c>dare_linear</c>: keeps random elements of each factor, rescales them and computes the weighted sums (Yu et al. 2023,
    /// arXiv:2311.03099). Ranks must be equal.</summary>
    DareLinear,
    /// <summary><c>dare_linear_svd</c>: as <see cref="DareLinear"/>, but for the updates B·A, so ranks can differ.</summary>
    DareLinearSvd,
    /// <summary>
    /// <c>dare_ties</c>: keeps random elements of each factor, rescales them, drops the elements whose sign differs from the majority sign,
    /// multiplies the remaining elements by the weights, and averages the products. Ranks must be equal.
    /// </summary>
    DareTies,
    /// <summary><c>dare_ties_svd</c>: as <see cref="DareTies"/>, but for the updates B·A, so ranks can differ.</summary>
    DareTiesSvd,
    /// <summary><c>magnitude_prune</c>: keeps the elements with the largest magnitude in each factor and computes the weighted sums. Ranks
    /// must be equal.</summary>
    MagnitudePrune,
    /// <summary><c>magnitude_prune_svd</c>: as <see cref="MagnitudePrune"/>, but for the updates B·A, so ranks can differ.</summary>
    MagnitudePruneSvd,
}
