using static TorchSharp.torch;

namespace PeftSharp.Tuners.Lora;

/// <summary>
/// Computes the largest singular values by random projection and power iterations (Halko et al. 2009, arXiv:0909.4061, algorithm 5.1),
/// with the random draws of PyTorch's <c>svd_lowrank</c>.
/// </summary>
internal static class RandomizedSvd
{
    /// <summary>Decomposes a matrix.</summary>
    /// <param name="matrix">Float [rows, columns].</param>
    /// <param name="rank">Number of singular values.</param>
    /// <param name="iterations">Number of power iterations.</param>
    /// <returns>U [rows, rank], S [rank] and Vᵀ [rank, columns].</returns>
    internal static (Tensor U, Tensor S, Tensor Vh) Decompose(Tensor matrix, long rank, int iterations)
    {
        var isWide = matrix.shape[0] < matrix.shape[1];
        var tall = isWide ? matrix.t() : matrix;
        var basis = linalg.qr(tall.matmul(randn(tall.shape[1], rank))).Q;
        for (var iteration = 0; iteration < iterations; iteration++)
        {
            basis = linalg.qr(tall.t().matmul(basis)).Q;
            basis = linalg.qr(tall.matmul(basis)).Q;
        }
        var (u, s, vh) = linalg.svd(basis.t().matmul(tall), fullMatrices: false);
        u = basis.matmul(u);
        return isWide ? (vh.t(), s, u.t()) : (u, s, vh);
    }
}
