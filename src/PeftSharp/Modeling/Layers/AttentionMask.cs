using static TorchSharp.torch;

namespace PeftSharp.Modeling.Layers;

/// <summary>Masks that are added to attention scores: 0 keeps, -inf hides.</summary>
internal static class AttentionMask
{
    /// <summary>Creates the mask of bidirectional attention: every token attends to every token that is not masked.</summary>
    /// <param name="mask">
    /// Either int64 [batch, tokens], 1 for tokens that are attended to, or a mask for each pair of tokens, [batch, heads or 1, tokens,
    /// tokens], bool (true is attended to) or float (added to the scores). Null: all tokens are attended to.
    /// </param>
    /// <param name="x">The hidden states, float [batch, tokens, hidden], for their type, device and number of tokens.</param>
    /// <param name="window">Maximum distance between two tokens that attend to each other, plus one. Null: no limit.</param>
    /// <returns>Float, broadcast to [batch, heads, tokens, tokens]; null if nothing is hidden.</returns>
    internal static Tensor? Bidirectional(Tensor? mask, Tensor x, int? window = null)
    {
        if (mask is not null && IsOwn(mask)) return Own(mask, x.dtype);
        using var scope = NewDisposeScope();
        var hidden = mask is null ? null : Unread(mask)?.unsqueeze(1).unsqueeze(1);
        var tokens = x.shape[1];
        if (window is { } size && size < tokens)
        {
            var numbers = arange(tokens, ScalarType.Int64, x.device);
            var far = (numbers.unsqueeze(0) - numbers.unsqueeze(1)).abs().ge(size).unsqueeze(0).unsqueeze(0);
            hidden = hidden is null ? far : hidden.logical_or(far);
        }
        return hidden is null ? null : Added(hidden, x.dtype).MoveToOuterDisposeScope();
    }

    /// <summary>Creates the mask of causal attention: every token attends to itself and to preceding tokens that are not masked.</summary>
    /// <param name="mask">
    /// Either int64 [batch, past + tokens], 1 for tokens that are attended to, or a mask for each pair of tokens, [batch, heads or 1,
    /// tokens, past + tokens], bool (true is attended to) or float (added to the scores). Null: all tokens are attended to.
    /// </param>
    /// <param name="x">The hidden states, float [batch, tokens, hidden], for their type, device and number of tokens.</param>
    /// <param name="past">Number of tokens in the cache.</param>
    /// <param name="positions">
    /// Positions that the caller provided, int64 [batch or 1, tokens]. If there is neither a mask nor a past, a new text begins at each
    /// position that is not the preceding position plus one; tokens attend only to tokens of their own text.
    /// </param>
    /// <param name="window">Number of tokens that a token attends to, including itself. Null: no limit.</param>
    /// <returns>Float, broadcast to [batch, heads, tokens, past + tokens]. Null if no mask is needed: no token is masked, all tokens belong
    /// to one text, and there is either one new token, or no past and no window that is shorter than the input.</returns>
    /// <exception cref="ArgumentException">The mask has the wrong length, shape or type.</exception>
    internal static Tensor? Causal(Tensor? mask, Tensor x, long past, Tensor? positions = null, int? window = null)
    {
        if (mask is not null && IsOwn(mask)) return Own(mask, x.dtype);
        var (tokens, all) = (x.shape[1], past + x.shape[1]);
        if (mask is not null && mask.shape[^1] != all)
            throw new ArgumentException($"'attention_mask' has length {mask.shape[^1]}, but the number of tokens is {all} ({past} in the "
                + $"key-value cache and {tokens} new). Provide one value for each token.");
        using var scope = NewDisposeScope();
        var unread = mask is null ? null : Unread(mask)?.unsqueeze(1).unsqueeze(1);
        var foreign = mask is null && past == 0 && positions is not null ? OtherTexts(positions)?.unsqueeze(1) : null;
        var isWindowed = window is { } size && size < all;
        // A single new token needs no mask: the cache of a layer with a window has no tokens outside the window of this token.
        if (unread is null && foreign is null && (tokens == 1 || (!isWindowed && past == 0))) return null;
        var keys = arange(all, ScalarType.Int64, x.device).unsqueeze(0);
        var queries = arange(past, all, ScalarType.Int64, x.device).unsqueeze(1);
        var hidden = keys.gt(queries);
        if (isWindowed) hidden = hidden.logical_or(keys.le(queries - window!.Value));
        hidden = hidden.unsqueeze(0).unsqueeze(0);
        if (unread is not null) hidden = hidden.logical_or(unread);
        if (foreign is not null) hidden = hidden.logical_or(foreign);
        return Added(hidden, x.dtype).MoveToOuterDisposeScope();
    }

    private static bool IsOwn(Tensor mask) => mask.dim() switch
    {
        2 => false,
        4 => true,
        _ => throw new ArgumentException($"'attention_mask' has shape [{string.Join(", ", mask.shape)}]. "
            + "Provide one value per token, [batch, tokens], or one per pair of tokens, [batch, heads or 1, tokens, tokens]."),
    };

    private static Tensor Own(Tensor mask, ScalarType dtype) => mask.dtype == ScalarType.Bool ? Added(mask.logical_not(), dtype)
        : is_floating_point(mask) ? mask.to(dtype)
        : throw new ArgumentException($"'attention_mask' of shape [{string.Join(", ", mask.shape)}] has type {mask.dtype}. "
        + "A mask for each pair of tokens must be bool (true is attended to) or float (added to the scores).");

    /// <summary>
    /// True for masked tokens; null if no token is masked. On a GPU the result is never null, because the check would synchronize with the
    /// device.
    /// </summary>
    private static Tensor? Unread(Tensor mask)
    {
        var unread = mask.eq(0);
        return mask.device_type == TorchSharp.DeviceType.CPU && !unread.any().item<bool>() ? null : unread;
    }

    /// <summary>
    /// Bool [batch or 1, tokens, tokens]: true for two tokens of different texts. Null if each row is one text; on a GPU, where the check
    /// would synchronize with the device, null only for a single token.
    /// </summary>
    private static Tensor? OtherTexts(Tensor positions)
    {
        var tokens = positions.shape[1];
        var text = (positions.narrow(1, 1, tokens - 1) - positions.narrow(1, 0, tokens - 1)).ne(1).cumsum(1);
        if (tokens == 1 || (positions.device_type == TorchSharp.DeviceType.CPU && text.narrow(1, tokens - 2, 1).eq(0).all().item<bool>()))
            return null;
        text = cat([zeros([positions.shape[0], 1], ScalarType.Int64, positions.device), text], 1);
        return text.unsqueeze(2).ne(text.unsqueeze(1));
    }

    private static Tensor Added(Tensor hidden, ScalarType dtype) =>
        zeros(hidden.shape, dtype, hidden.device).masked_fill_(hidden, double.NegativeInfinity);
}
