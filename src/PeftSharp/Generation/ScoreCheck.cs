using static TorchSharp.torch;

namespace PeftSharp.Generation;

/// <summary>Looks at scores for what no token can be chosen from.</summary>
internal static class ScoreCheck
{
    /// <summary>A row whose best score is no finite number has no next token: all are forbidden, or the model has overflowed.</summary>
    /// <param name="best">The best score of each row.</param>
    /// <exception cref="InvalidOperationException">One is not finite.</exception>
    internal static void RequireFinite(Tensor best)
    {
        if (best.isfinite().all().item<bool>()) return;
        throw new InvalidOperationException(best.isneginf().any().item<bool>() ? "The options leave no token that may come next: they forbid all of them at once. Loosen bad_words_ids, suppress_tokens, no_repeat_ngram_size or your own rules."
            : "The model's scores are not finite numbers (an overflow in its weights or in float16). Check the weights, or load the model in float32 or bfloat16.");
    }

    /// <summary>A rule, of the library or of the caller, answers as many numbers as it should.</summary>
    /// <exception cref="InvalidOperationException">It does not.</exception>
    internal static Tensor RequireShape(Tensor answer, long[] shape, object rule) => answer.shape.SequenceEqual(shape) ? answer
        : throw new InvalidOperationException($"{rule.GetType().Name} answers [{string.Join(", ", answer.shape)}], but [{string.Join(", ", shape)}] is needed here: {(shape.Length == 1 ? "one answer for each row" : "a score for each row and token, as it was given")}.");
}
