using static TorchSharp.torch;

namespace PeftSharp.Kernels;

/// <summary>The matrix products of an attention layer, computed by <see cref="BatchedSgemm"/> if it supports them, otherwise by
/// libtorch.</summary>
internal readonly struct AttentionProducts
{
    private readonly bool _usesBatchedSgemm, _isCausal;

    private AttentionProducts(bool usesBatchedSgemm, bool isCausal) => (_usesBatchedSgemm, _isCausal) = (usesBatchedSgemm, isCausal);

    /// <param name="query">Float [batch, heads, queries, width].</param>
    /// <param name="key">Float [batch, heads, tokens, width].</param>
    /// <param name="value">As <paramref name="key"/>.</param>
    /// <param name="isCausal">Whether a token attends only to itself and to preceding tokens. About half of each matrix product is then
    /// skipped.</param>
    internal static AttentionProducts For(Tensor query, Tensor key, Tensor value, bool isCausal) =>
        new(BatchedSgemm.CanRun(query, key, value), isCausal);

    /// <summary>Returns the tensor, or a contiguous copy if the strides of the tensor are not supported.</summary>
    internal Tensor Readable(Tensor x) => _usesBatchedSgemm && x.stride()[3] == 1 ? x.alias() : x.contiguous();

    /// <summary>x·yᵀ: float [batch, heads, queries, tokens], contiguous. If causal, elements above the diagonal may be
    /// uninitialized.</summary>
    /// <param name="x">Float [batch, heads, queries, width].</param>
    /// <param name="y">Float [batch, heads, tokens, width].</param>
    internal Tensor Scores(Tensor x, Tensor y)
    {
        using var transposed = y.transpose(2, 3);
        if (!_usesBatchedSgemm) return x.matmul(transposed);
        var scores = empty([.. x.shape[..3], y.shape[2]], x.dtype);
        BatchedSgemm.MultiplyInto(scores, x, transposed, _isCausal ? BatchedSgemm.Triangle.LowerResult : BatchedSgemm.Triangle.None);
        return scores;
    }

    /// <summary>p·y: float [batch, heads, queries, width]; in memory [batch, queries, heads, width], which lets a layer merge the heads
    /// without a copy.</summary>
    /// <param name="p">Float [batch, heads, queries, tokens].</param>
    /// <param name="y">Float [batch, heads, tokens, width].</param>
    internal Tensor WeightedSum(Tensor p, Tensor y) => _usesBatchedSgemm ? Product(p, y, BatchedSgemm.Triangle.LowerLeft) : p.matmul(y);

    /// <summary>pᵀ·x: float [batch, heads, tokens, width], in memory like the result of <see cref="WeightedSum"/>.</summary>
    /// <param name="p">Float [batch, heads, queries, tokens].</param>
    /// <param name="x">Float [batch, heads, queries, width].</param>
    internal Tensor TransposedWeightedSum(Tensor p, Tensor x)
    {
        using var transposed = p.transpose(2, 3);
        return _usesBatchedSgemm ? Product(transposed, x, BatchedSgemm.Triangle.UpperLeft) : transposed.matmul(x);
    }

    private Tensor Product(Tensor left, Tensor right, BatchedSgemm.Triangle triangle)
    {
        var (sizes, width) = (left.shape, right.shape[3]);
        using var byToken = empty([sizes[0], sizes[2], sizes[1], width], left.dtype);
        var result = byToken.transpose(1, 2);
        BatchedSgemm.MultiplyInto(result, left, right, _isCausal ? triangle : BatchedSgemm.Triangle.None);
        return result;
    }
}
