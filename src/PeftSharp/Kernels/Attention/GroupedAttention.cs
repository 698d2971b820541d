using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace PeftSharp.Kernels;

/// <summary>Attention in which several query heads share a key and value head, without copies of keys and values.</summary>
/// <remarks>
/// libtorch's kernel reads any strides, so a key and value head is expanded over the query heads of its group. The rows of the batch are
/// computed one after another, because a batch of groups would need copies; each row has enough work for all threads.
/// </remarks>
internal static class GroupedAttention
{
    /// <summary>Whether this kernel supports the call: on the CPU, without dropout, one mask for all heads.</summary>
    /// <param name="query">Float [batch, heads, queries, width].</param>
    /// <param name="key">Float [batch, key and value heads, tokens, width].</param>
    /// <param name="value">As <paramref name="key"/>.</param>
    /// <param name="mask">Float, broadcast to [batch, heads, queries, tokens]; null: no mask.</param>
    /// <param name="dropout">Dropout probability of the attention probabilities.</param>
    internal static bool CanRun(Tensor query, Tensor key, Tensor value, Tensor? mask, double dropout) =>
        FastPaths.Attention && dropout == 0 && Lanes.CanRun(query) && key.dtype == query.dtype && value.dtype == query.dtype
        && query.stride()[3] == 1 && key.stride()[3] == 1 && value.stride()[3] == 1 && (mask is null || mask.shape[1] == 1);

    /// <param name="query">Float [batch, heads, queries, width]; <see cref="CanRun"/> must be true.</param>
    /// <param name="key">Float [batch, key and value heads, tokens, width].</param>
    /// <param name="value">As <paramref name="key"/>.</param>
    /// <param name="mask">Float [batch or 1, 1, queries, tokens]; null: no mask.</param>
    /// <param name="isCausal">Whether a token attends only to itself and preceding tokens; only without a mask.</param>
    /// <returns>Float [batch, heads, queries, width].</returns>
    internal static Tensor Apply(Tensor query, Tensor key, Tensor value, Tensor? mask, bool isCausal)
    {
        using var scope = NewDisposeScope();
        var heads = key.shape[1];
        var groups = query.shape[1] / heads;
        var queries = query.unflatten(1, heads, groups).unbind(0);                          // [key and value heads, groups, queries, width]
        var (keys, values) = (Expanded(key), Expanded(value));
        var masks = mask is null || mask.shape[0] == 1 ? null : mask.split(1, 0);
        var mixed = queries.Select((row, index) => functional.scaled_dot_product_attention(
            row, keys[index], values[index], masks?[index] ?? mask, is_casual: isCausal));
        return stack(mixed, 0).flatten(1, 2).MoveToOuterDisposeScope();

        Tensor[] Expanded(Tensor x) => x.unsqueeze(2).expand(-1, -1, groups, -1, -1).unbind(0);
    }
}
