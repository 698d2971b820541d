using PeftSharp.Kernels;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace PeftSharp.Modeling.Layers;

/// <summary>
/// Scaled dot-product attention (Vaswani et al. 2017, section 3.2.1) by the fastest kernel whose results equal libtorch's.
/// </summary>
internal static class Attention
{
    /// <summary>Computes attention.</summary>
    /// <param name="query">Float [batch, heads, queries, width].</param>
    /// <param name="key">Float [batch, heads, tokens, width].</param>
    /// <param name="value">As <paramref name="key"/>.</param>
    /// <param name="mask">
    /// Added to the scores, float, broadcast to [batch, heads, queries, tokens]: 0 keeps, -inf hides. Null hides nothing.
    /// </param>
    /// <param name="dropout">Dropout probability of the attention probabilities; 0 outside training.</param>
    /// <param name="isCausal">Whether a token attends only to itself and preceding tokens; only without a mask.</param>
    /// <param name="drawnQueries">
    /// Number of queries for which dropout draws random numbers. Null: the number of queries in <paramref name="query"/>.
    /// </param>
    /// <returns>Float [batch, heads, queries, width].</returns>
    internal static Tensor Apply(
        Tensor query, Tensor key, Tensor value, Tensor? mask, double dropout, bool isCausal = false, long? drawnQueries = null) =>
        TrainingAttention.CanRun(query, key, value, dropout)
            ? TrainingAttention.Apply(query, key, value, mask, isCausal, dropout, drawnQueries ?? query.shape[2])
            : dropout == 0 && !isCausal && OneQueryAttention.CanRun(query, key, value, mask)
            ? OneQueryAttention.Apply(query, key, value, mask)
            : functional.scaled_dot_product_attention(query, key, value, mask, dropout, is_casual: isCausal);
}
