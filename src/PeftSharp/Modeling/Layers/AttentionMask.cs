using static TorchSharp.torch;

namespace PeftSharp.Modeling.Layers;

/// <summary>Masks that are added to attention scores: 0 keeps, -inf hides.</summary>
internal static class AttentionMask
{
    /// <summary>Every token attends to every token that is read.</summary>
    /// <param name="mask">1 where a token is read, [batch, tokens]; or a mask for each pair of tokens, [batch, heads or 1, tokens, tokens]: bool, where true is attended to, or float, which is added as it is. Null: all are read.</param>
    /// <param name="x">The hidden states that will attend, float [batch, tokens, hidden]: their type, device and number.</param>
    /// <param name="window">Greatest distance between two tokens that attend to each other, plus one. Null: no limit.</param>
    /// <returns>Float [batch or 1, 1, 1 or tokens, tokens]; null where nothing is hidden.</returns>
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

    /// <summary>Every token sees itself and what comes before it and is read.</summary>
    /// <param name="mask">1 where a token is read; [batch, past + tokens], or a mask of the caller's own [batch, heads or 1, tokens, past + tokens]: true keeps, or float, which is added as it is. Null: all are read.</param>
    /// <param name="x">The hidden states that will attend, float [batch, tokens, hidden]: their type, device and number.</param>
    /// <param name="past">Tokens in the cache.</param>
    /// <param name="positions">Positions that the caller gave, int64 [batch or 1, tokens]: without a mask and a past, a text begins where they do not rise by one, and texts do not see each other.</param>
    /// <param name="window">Number of tokens that a token attends to, itself among them. Null: no limit.</param>
    /// <returns>Float [batch or 1, 1, tokens, past + tokens]; null where causality without a past is all there is, or where one token attends to everything.</returns>
    /// <exception cref="ArgumentException">The mask has another length.</exception>
    internal static Tensor? Causal(Tensor? mask, Tensor x, long past, Tensor? positions = null, int? window = null)
    {
        if (mask is not null && IsOwn(mask)) return Own(mask, x.dtype);
        var (tokens, all) = (x.shape[1], past + x.shape[1]);
        if (mask is not null && mask.shape[^1] != all)
            throw new ArgumentException($"'attention_mask' speaks of {mask.shape[^1]} tokens, but there are {all} ({past} in the key-value cache and {tokens} new). Give it one entry for each.");
        using var scope = NewDisposeScope();
        var unread = mask is null ? null : Unread(mask)?.unsqueeze(1).unsqueeze(1);
        var foreign = mask is null && past == 0 && positions is not null ? OtherTexts(positions)?.unsqueeze(1) : null;
        var isWindowed = window is { } size && size < all;
        if (unread is null && foreign is null && !isWindowed && (past == 0 || tokens == 1)) return null;
        var (keys, queries) = (arange(all, ScalarType.Int64, x.device).unsqueeze(0), arange(past, all, ScalarType.Int64, x.device).unsqueeze(1));
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
        _ => throw new ArgumentException($"'attention_mask' has shape [{string.Join(", ", mask.shape)}]. Give it one number for each token, [batch, tokens], or one for each pair of tokens, [batch, heads or 1, tokens, tokens]."),
    };

    private static Tensor Own(Tensor mask, ScalarType dtype) => mask.dtype == ScalarType.Bool ? Added(mask.logical_not(), dtype)
        : is_floating_point(mask) ? mask.to(dtype)
        : throw new ArgumentException($"'attention_mask' of shape [{string.Join(", ", mask.shape)}] has type {mask.dtype}. One for each pair of tokens is bool, true where it is seen, or float, which is added to the scores.");

    /// <summary>True where a token is not read; null where all are. On a GPU the question would stall the queue, so it is not asked there.</summary>
    private static Tensor? Unread(Tensor mask)
    {
        var unread = mask.eq(0);
        return mask.device_type == TorchSharp.DeviceType.CPU && !unread.any().item<bool>() ? null : unread;
    }

    /// <summary>True [batch or 1, tokens, tokens] where two tokens belong to different texts; null where there is one text a row.</summary>
    private static Tensor? OtherTexts(Tensor positions)
    {
        var tokens = positions.shape[1];
        var text = (positions.narrow(1, 1, tokens - 1) - positions.narrow(1, 0, tokens - 1)).ne(1).cumsum(1);
        if (tokens == 1 || (positions.device_type == TorchSharp.DeviceType.CPU && text.narrow(1, tokens - 2, 1).eq(0).all().item<bool>())) return null;
        text = cat([zeros([positions.shape[0], 1], ScalarType.Int64, positions.device), text], 1);
        return text.unsqueeze(2).ne(text.unsqueeze(1));
    }

    private static Tensor Added(Tensor hidden, ScalarType dtype) => zeros(hidden.shape, dtype, hidden.device).masked_fill_(hidden, double.NegativeInfinity);
}
