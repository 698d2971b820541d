using PeftSharp.Internal;
using static TorchSharp.torch;

namespace PeftSharp.Generation;

/// <summary>Checks that a token can be chosen from scores.</summary>
internal static class ScoreCheck
{
    /// <summary>Checks that the maximum of each row is finite. Otherwise all tokens are excluded, or the model has overflowed.</summary>
    /// <param name="best">The maximum score of each row.</param>
    /// <exception cref="InvalidOperationException">A maximum is not finite.</exception>
    internal static void RequireFinite(Tensor best)
    {
        if (best.isfinite().all().item<bool>()) return;
        throw new InvalidOperationException(best.isneginf().any().item<bool>() ? "The options exclude all tokens. "
            + "Relax BadWordsIds, SuppressTokens, NoRepeatNgramSize or the custom logits processors."
            : "The model's logits are not finite (NaN or infinity), because of invalid weights or an overflow in float16. "
            + "Check the weights, or load the model in float32 or bfloat16.");
    }

    /// <summary>Checks the shape of the result of a processor or criterion.</summary>
    /// <exception cref="InvalidOperationException">The shape is wrong.</exception>
    internal static Tensor RequireShape(Tensor answer, long[] shape, object rule) => answer.shape.SequenceEqual(shape) ? answer
        : throw new InvalidOperationException($"{TypeName.Of(rule)} returned shape [{string.Join(", ", answer.shape)}], "
        + $"but [{string.Join(", ", shape)}] is expected: {(shape.Length == 1 ? "one value per row" : "one score per row and token")}.");
}
