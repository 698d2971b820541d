using static TorchSharp.torch;

namespace PeftSharp.Kernels;

/// <summary>The products of an attention's heads, by <see cref="BatchedSgemm"/> where it takes them and by libtorch elsewhere.</summary>
internal readonly struct AttentionProducts
{
    private readonly bool _isOurs, _isCausal;

    private AttentionProducts(bool isOurs, bool isCausal) => (_isOurs, _isCausal) = (isOurs, isCausal);

    /// <param name="query">Float [batch, heads, queries, width].</param>
    /// <param name="key">Float [batch, heads, tokens, width].</param>
    /// <param name="value">As <paramref name="key"/>.</param>
    /// <param name="isCausal">Whether a token sees only itself and those before it: half of the products are not needed.</param>
    internal static AttentionProducts For(Tensor query, Tensor key, Tensor value, bool isCausal) => new(BatchedSgemm.CanRun(query, key, value), isCausal);

    /// <summary>The tensor in an order that the products read as it is.</summary>
    internal Tensor Ordered(Tensor x) => _isOurs && x.stride()[3] == 1 ? x.alias() : x.contiguous();

    /// <summary>x·yᵀ: float [batch, heads, queries, tokens]. Under causality only what a token sees is sure to be set.</summary>
    /// <param name="x">Float [batch, heads, queries, width].</param>
    /// <param name="y">Float [batch, heads, tokens, width].</param>
    internal Tensor Scores(Tensor x, Tensor y)
    {
        using var turned = y.transpose(2, 3);
        if (!_isOurs) return x.matmul(turned);
        var scores = empty([.. x.shape[..3], y.shape[2]], x.dtype);
        BatchedSgemm.MultiplyInto(scores, x, turned, _isCausal ? BatchedSgemm.Triangle.Result : BatchedSgemm.Triangle.None);
        return scores;
    }

    /// <summary>p·y: float [batch, heads, queries, width], heads of a token side by side in memory where a layer would bring them there.</summary>
    /// <param name="p">Float [batch, heads, queries, tokens].</param>
    /// <param name="y">Float [batch, heads, tokens, width].</param>
    internal Tensor Mixture(Tensor p, Tensor y) => _isOurs ? Product(p, y, BatchedSgemm.Triangle.Left) : p.matmul(y);

    /// <summary>pᵀ·x: float [batch, heads, tokens, width], in memory as <see cref="Mixture"/>'s.</summary>
    /// <param name="p">Float [batch, heads, queries, tokens].</param>
    /// <param name="x">Float [batch, heads, queries, width].</param>
    internal Tensor TurnedMixture(Tensor p, Tensor x)
    {
        using var turned = p.transpose(2, 3);
        return _isOurs ? Product(turned, x, BatchedSgemm.Triangle.LeftTurned) : turned.matmul(x);
    }

    private Tensor Product(Tensor left, Tensor right, BatchedSgemm.Triangle triangle)
    {
        var (sides, width) = (left.shape, right.shape[3]);
        using var byToken = empty([sides[0], sides[2], sides[1], width], left.dtype);
        var result = byToken.transpose(1, 2);
        BatchedSgemm.MultiplyInto(result, left, right, _isCausal ? triangle : BatchedSgemm.Triangle.None);
        return result;
    }
}
