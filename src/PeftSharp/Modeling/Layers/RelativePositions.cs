using static TorchSharp.torch;

namespace PeftSharp.Modeling.Layers;

/// <summary>
/// The embeddings of relative positions that the layers of one forward pass share (He et al. 2020, arXiv:2006.03654, section 3.1).
/// </summary>
/// <param name="Embeddings">One row for each bucket of distances, float [2 · span, hidden].</param>
/// <param name="Rows">
/// The row of <paramref name="Embeddings"/> for each distance between two tokens, int64 [2 · tokens - 1]: element
/// (key - query + tokens - 1).
/// </param>
internal sealed record RelativePositions(Tensor Embeddings, Tensor Rows)
{
    /// <summary>
    /// Assigns a row of the embeddings to each distance. Small distances have a row each; larger distances share the rows of logarithmic
    /// buckets.
    /// </summary>
    /// <param name="embeddings">Float [2 · span, hidden].</param>
    /// <param name="tokens">Number of tokens of the pass.</param>
    /// <param name="buckets">
    /// Number of buckets in each direction. Each distance up to half of this number has its own bucket. 0 or less: each distance
    /// has its own row.
    /// </param>
    /// <param name="maxDistance">The distance to which the buckets extend.</param>
    internal static RelativePositions For(Tensor embeddings, long tokens, int buckets, int maxDistance)
    {
        using var scope = NewDisposeScope();
        using var free = no_grad();
        var span = embeddings.shape[0] / 2;
        var distances = arange(tokens - 1, -tokens, -1, ScalarType.Int64, embeddings.device);                       // query - key
        if (buckets > 0)
        {
            // In float32, as in transformers: at the edge of a bucket, the rounding error determines the bucket.
            var middle = buckets / 2;
            var far = distances.abs();
            var longest = tensor((float)((maxDistance - 1) / (double)middle), device: embeddings.device).log();
            var logarithm = ((far.to(ScalarType.Float32) / middle).log() / longest * (middle - 1)).ceil() + middle;
            distances = where(far.le(middle), distances, (logarithm * distances.sign()).to(ScalarType.Int64));
        }
        return new RelativePositions(embeddings, (distances + span).clamp(0, 2 * span - 1).MoveToOuterDisposeScope());
    }

    /// <summary>
    /// The row of <see cref="Embeddings"/> for each distance from the first queries, int64 [queries + tokens]: element
    /// (key - query + queries - 1). The last element is not used.
    /// </summary>
    /// <param name="queries">Number of queries, from the first token.</param>
    internal Tensor RowsFrom(long queries)
    {
        using var scope = NewDisposeScope();
        var tokens = (Rows.shape[0] + 1) / 2;
        return cat([Rows.narrow(0, tokens - queries, tokens + queries - 1), Rows.narrow(0, 0, 1)]).MoveToOuterDisposeScope();
    }

    /// <summary>The row of <see cref="Embeddings"/> for each pair of tokens, int64 [queries, tokens].</summary>
    /// <param name="queries">Number of queries, from the first token.</param>
    internal Tensor Pairs(long queries)
    {
        using var scope = NewDisposeScope();
        var tokens = (Rows.shape[0] + 1) / 2;
        var places = arange(tokens, ScalarType.Int64, Rows.device);
        var offsets = places.unsqueeze(0) - places.narrow(0, 0, queries).unsqueeze(1) + (tokens - 1);
        return Rows.index_select(0, offsets.reshape(-1)).reshape(queries, tokens).MoveToOuterDisposeScope();
    }
}
