using static TorchSharp.torch;

namespace PeftSharp.Kernels;

/// <summary>Attention whose probabilities are dropped out while training: the probabilities alone are kept for the backward pass, the mask is drawn again there.</summary>
/// <remarks>libtorch's own composes it and keeps three tensors of [batch, heads, tokens, tokens] and two scaled copies.</remarks>
internal static class DropoutAttention
{
    /// <summary>Whether it computes this call; otherwise libtorch's own does.</summary>
    internal static bool Takes(Tensor query, Tensor key, Tensor value, double dropout) =>
        FastPaths.Attention && dropout is > 0 and < 1 && is_grad_enabled() && (query.requires_grad || key.requires_grad || value.requires_grad) && BernoulliMask.Takes(query);

    /// <param name="query">Float [batch, heads, queries, width].</param>
    /// <param name="key">Float [batch, heads, tokens, width].</param>
    /// <param name="value">As <paramref name="key"/>.</param>
    /// <param name="mask">Added to the scores, float, broadcast to [batch, heads, queries, tokens]; null hides nothing.</param>
    /// <param name="isCausal">Whether a token sees only itself and those before it.</param>
    /// <param name="dropout">Probability of dropping a probability.</param>
    /// <param name="drawnQueries">Queries for which a mask is drawn, of which the first are used: as many as the whole layer has, so that the random stream moves as for all of them.</param>
    /// <returns>Float [batch, heads, queries, width].</returns>
    internal static Tensor Apply(Tensor query, Tensor key, Tensor value, Tensor? mask, bool isCausal, double dropout, long drawnQueries) =>
        Function.apply(query, key, value, new Settings(mask, isCausal, dropout, drawnQueries));

    private sealed record Settings(Tensor? Mask, bool IsCausal, double Dropout, long DrawnQueries);

    private sealed record Drawn(double Keep, long Queries, byte[] State);

    private sealed class Function : GradientFunction<Function>
    {
        protected override Tensor Forward(object[] arguments, out Tensor[] save, out object? keep)
        {
            var (query, key, value, settings) = ((Tensor)arguments[0], (Tensor)arguments[1], (Tensor)arguments[2], (Settings)arguments[3]);
            var scores = (query * Scale(query)).matmul(key.transpose(2, 3));
            if (settings.Mask is { } mask) scores.add_(mask);
            if (settings.IsCausal) scores.add_(full([query.shape[2], key.shape[2]], double.NegativeInfinity, scores.dtype, scores.device).triu_(1));
            var probabilities = scores.softmax(3);
            if (settings.Mask is { } hiding) Blind(probabilities, hiding);
            using var state = random.get_rng_state();
            var drawn = new Drawn(1 - settings.Dropout, settings.DrawnQueries, state.bytes.ToArray());
            var dropped = Draw(probabilities, drawn, moveOn: true).mul_(probabilities);
            (save, keep) = ([query.alias(), key.alias(), value.alias(), probabilities], drawn);
            return dropped.matmul(value);
        }

        protected override Tensor?[] Backward(IReadOnlyList<Tensor> saved, object? kept, Tensor gradient)
        {
            var (query, key, value, probabilities) = (saved[0], saved[1], saved[2], saved[3]);
            var kernel = Draw(probabilities, (Drawn)kept!, moveOn: false);
            var back = gradient.matmul(value.transpose(2, 3)).mul_(kernel);                        // of the probabilities
            var valueGradient = kernel.mul_(probabilities).transpose(2, 3).matmul(gradient);
            back.mul_(probabilities);
            back.addcmul_(probabilities, back.sum(3, keepdim: true), -1);                          // of the scores
            var scale = Scale(query);
            return [back.matmul(key).mul_(scale), back.transpose(2, 3).matmul(query).mul_(scale), valueGradient, null];
        }

        /// <summary>A query that sees nothing, as the padding on the left of a causal text, takes nothing: 0 as in libtorch, not the NaN of a softmax over nothing.</summary>
        private static void Blind(Tensor probabilities, Tensor mask)
        {
            var seesNothing = mask.eq(double.NegativeInfinity).all(3, keepdim: true);
            if (seesNothing.any().item<bool>()) probabilities.masked_fill_(seesNothing, 0);
        }

        private static double Scale(Tensor query) => 1 / Math.Sqrt(query.shape[3]);

        /// <summary>The mask of the drawn queries, of which the first are given.</summary>
        private static Tensor Draw(Tensor probabilities, Drawn drawn, bool moveOn)
        {
            var shape = probabilities.shape;
            using var state = tensor(drawn.State);
            var all = empty([shape[0], shape[1], drawn.Queries, shape[3]], probabilities.dtype);
            var mask = BernoulliMask.DrawLike(all, drawn.Keep, state);
            if (moveOn) random.set_rng_state(state);
            return shape[2] == drawn.Queries ? mask : mask.narrow(2, 0, shape[2]).contiguous();
        }
    }
}
