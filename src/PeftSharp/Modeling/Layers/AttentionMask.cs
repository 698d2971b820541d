using static TorchSharp.torch;

namespace PeftSharp.Modeling.Layers;

/// <summary>Masks that are added to attention scores: 0 keeps, -inf hides.</summary>
internal static class AttentionMask
{
    /// <summary>Every token sees every token that is read.</summary>
    /// <param name="mask">1 where a token is read; [batch, tokens], or a mask of the caller's own [batch, heads or 1, tokens, tokens], which is taken as it is.</param>
    /// <param name="dtype">Type of the scores.</param>
    /// <returns>Float [batch, 1, 1, tokens], or null where nothing is hidden.</returns>
    internal static Tensor? Bidirectional(Tensor? mask, ScalarType dtype)
    {
        if (mask is null) return null;
        if (mask.dim() == 4) return mask.to(dtype);
        using var scope = NewDisposeScope();
        var hidden = mask.eq(0);
        if (mask.device_type == TorchSharp.DeviceType.CPU && !hidden.any().item<bool>()) return null;   // on a GPU the question would stall the queue
        return zeros(hidden.shape, dtype, mask.device).masked_fill_(hidden, double.NegativeInfinity)
            .unsqueeze(1).unsqueeze(1).MoveToOuterDisposeScope();
    }
}
