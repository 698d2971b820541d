using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using PeftSharp.Native;
using static TorchSharp.torch;

namespace PeftSharp.Kernels;

/// <content>Attention whose scores also contain the products of contents and relative positions (He et al. 2020, arXiv:2006.03654), with
/// or without dropout. The loop over the scores reads these products in place, so they are not gathered into a tensor with one value for
/// each pair of tokens.</content>
internal static unsafe partial class TrainingAttention
{
    /// <summary>Whether this kernel supports attention with scores of relative positions.</summary>
    /// <param name="query">Float [batch, heads, queries, width].</param>
    /// <param name="dropout">Dropout probability.</param>
    internal static bool CanRunWithPositions(Tensor query, double dropout) =>
        FastPaths.Attention && Lanes.IsFast && Lanes.CanRun(query)
        && (dropout == 0 || (dropout < 1 && BernoulliMask.CanRun(query)));

    /// <param name="query">Float [batch, heads, queries, width]: the first queries of the sequence.</param>
    /// <param name="key">Float [batch, heads, tokens, width].</param>
    /// <param name="value">As <paramref name="key"/>.</param>
    /// <param name="positionKey">
    /// The keys of relative positions, float [heads, rows, width]. Row (key - query + queries - 1) belongs to the pair of the query and the
    /// key with these indices. The number of rows is queries + tokens; the last row is not used.
    /// </param>
    /// <param name="positionQuery">The queries of relative positions, as <paramref name="positionKey"/>.</param>
    /// <param name="mask">Added to the scores, float, broadcast to [batch, heads, queries, tokens]; null: no mask.</param>
    /// <param name="read">Float32 [batch, queries]: 0 for a query whose scores are all equal and have no gradient, 1 for others. Null: 1
    /// for all queries.</param>
    /// <param name="scale">Factor of the scores.</param>
    /// <param name="dropout">Probability with which an attention probability is set to 0.</param>
    /// <param name="drawnQueries">As for <see cref="Apply"/>.</param>
    /// <returns>Float [batch, heads, queries, width].</returns>
    internal static Tensor ApplyWithPositions(
        Tensor query, Tensor key, Tensor value, Tensor positionKey, Tensor positionQuery, Tensor? mask, Tensor? read, double scale,
        double dropout, long drawnQueries)
    {
        Debug.Assert(positionKey.size(1) == query.size(2) + key.size(2) && positionQuery.size(1) == positionKey.size(1), "One row each.");
        var settings = new PositionSettings(new Settings(mask, false, 1 - dropout, drawnQueries), read, scale);
        if (is_grad_enabled() && (query.requires_grad || key.requires_grad || value.requires_grad || positionKey.requires_grad))
            return PositionFunction.apply(query, key, value, positionKey, positionQuery, settings);
        using var scope = NewDisposeScope();
        return WithPositions(query, key, value, positionKey, positionQuery, settings, out _, out _).MoveToOuterDisposeScope();
    }

    private sealed record PositionSettings(Settings Attention, Tensor? Read, double Scale);

    private static Tensor WithPositions(
        Tensor query, Tensor key, Tensor value, Tensor positionKey, Tensor positionQuery, PositionSettings settings,
        out Tensor probabilities, out Tensor? bits)
    {
        var products = AttentionProducts.For(query, key, value, isCausal: false);
        probabilities = products.Scores(products.Readable(query), products.Readable(key));
        var contentToPosition = Shared(ByHead(query), positionKey.transpose(1, 2));
        var positionToContent = Shared(ByHead(key), positionQuery.transpose(1, 2));
        bits = settings.Attention.Keep == 1 ? null
            : BernoulliMask.Draw(probabilities.numel() / query.shape[2] * settings.Attention.DrawnQueries, settings.Attention.Keep);
        var dropped = bits is null ? probabilities : empty_like(probabilities);
        var rows = Rows(query, probabilities, dropped, bits, settings.Attention);
        rows.SetPositions(query, contentToPosition, positionToContent, settings);
        using var mask = settings.Attention.Mask?.to(query.dtype).expand(probabilities.shape);
        using var readable = mask?.stride()[3] == 1 ? mask.alias() : mask?.contiguous();
        if (readable is not null) rows.Mask = StridedView.Of(readable);
        NativeThreads.For(RowCount(probabilities), 1, Lanes.RoundUp(rows.Tokens), ref rows,
            probabilities.dtype == ScalarType.Float32 ? &Softmax<float> : &Softmax<ushort>);
        return products.WeightedSum(dropped, products.Readable(value));
    }

    private sealed class PositionFunction : GradientFunction<PositionFunction>
    {
        protected override Tensor Forward(object[] arguments, out Tensor[] save, out object? keep)
        {
            Tensor[] inputs = [.. arguments.Take(5).Cast<Tensor>()];
            var settings = (PositionSettings)arguments[5];
            var result = WithPositions(
                inputs[0], inputs[1], inputs[2], inputs[3], inputs[4], settings, out var probabilities, out var bits);
            save = [.. inputs.Select(input => input.alias()), probabilities, .. bits is null ? [] : new[] { bits },
                .. settings.Read is null ? [] : new[] { settings.Read.alias() }];
            keep = settings with { Attention = settings.Attention with { Mask = null }, Read = null };
            return result;
        }

        protected override Tensor?[] Backward(IReadOnlyList<Tensor> saved, object? kept, Tensor gradient)
        {
            var (query, key, value, probabilities) = (saved[0], saved[1], saved[2], saved[5]);
            var (positionKey, positionQuery) = (saved[3], saved[4]);
            var settings = (PositionSettings)kept!;
            var bits = settings.Attention.Keep == 1 ? null : saved[6];
            settings = settings with { Read = saved.Count > (bits is null ? 6 : 7) ? saved[^1] : null };
            var products = AttentionProducts.For(query, key, value, isCausal: false);
            var (readableQuery, readableKey) = (products.Readable(query), products.Readable(key));
            gradient = products.Readable(gradient);
            var scoresGradient = products.Scores(gradient, products.Readable(value));
            var dropped = bits is null ? probabilities : empty_like(probabilities);
            var rows = Rows(query, probabilities, dropped, bits, settings.Attention);
            var (byQuery, byKey) = (ByHead(query), ByHead(key));
            var toPosition = empty([.. byQuery.shape[..2], positionKey.shape[1]], query.dtype);
            var toContent = zeros([.. byKey.shape[..2], positionKey.shape[1]], query.dtype);
            rows.SetPositions(query, toPosition, toContent, settings);
            Debug.Assert(scoresGradient.is_contiguous() && scoresGradient.dtype == probabilities.dtype,
                "The loop reads both tensors with the same index.");
            rows.Gradient = TensorMemory.Pointer(scoresGradient);
            NativeThreads.For(RowCount(probabilities), 1, ref rows,
                probabilities.dtype == ScalarType.Float32 ? &SoftmaxBackward<float> : &SoftmaxBackward<ushort>);
            return
            [
                products.WeightedSum(scoresGradient, readableKey).add_(OfBatch(Shared(toPosition, positionKey), query)),
                products.TransposedWeightedSum(scoresGradient, readableQuery).add_(OfBatch(Shared(toContent, positionQuery), key)),
                products.TransposedWeightedSum(dropped, gradient),
                Shared(toPosition.transpose(1, 2), byQuery), Shared(toContent.transpose(1, 2), byKey), null,
            ];
        }
    }

    /// <summary>The vectors of each head, float [heads, batch · tokens, width]: all texts use the same positions.</summary>
    private static Tensor ByHead(Tensor x) => x.transpose(0, 1).flatten(1, 2);

    /// <summary>The reverse of <see cref="ByHead"/>.</summary>
    private static Tensor OfBatch(Tensor x, Tensor like) => x.unflatten(1, like.shape[0], like.shape[2]).transpose(0, 1);

    /// <summary>a·b for each head.</summary>
    private static Tensor Shared(Tensor a, Tensor b)
    {
        var (left, right) = (a.unsqueeze(0), b.unsqueeze(0));
        if (!BatchedSgemm.CanMultiply(left, right)) return a.matmul(b);
        var product = empty([a.shape[0], a.shape[1], b.shape[2]], a.dtype);
        BatchedSgemm.MultiplyInto(product.unsqueeze(0), left, right, BatchedSgemm.Triangle.None);
        return product;
    }

    /// <summary>Loads a row of scores, adds the scores of the relative positions, and returns the maximum, as <see cref="RowSoftmax.Load"/>
    /// does.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float LoadWithPositions<T>(AttentionRows* p, int index, T* scores, float* buffer) where T : unmanaged
    {
        if (!p->IsRead(index))
        {
            new Span<float>(buffer, p->Tokens).Clear();
            RowSoftmax.Pad(buffer, p->Tokens);
            return 0;
        }
        var at = p->PositionToContentOf<T>(index);
        var step = p->PositionRows + 1;                                      // the next key, at the next distance
        for (var token = 0; token < p->Tokens; token++, at += step) buffer[token] = Lanes.ToSingle(at);
        var row = new PositionRow<T>
        {
            Scores = scores, ContentToPosition = p->ContentToPositionOf<T>(index), Mask = p->MaskRow<T>(index), Buffer = buffer,
            Scale = p->Scale,
        };
        return Lanes.Max(ElementLoop.Reduce<AddPositions<T>, PositionRow<T>>(
            row, 0, p->Tokens, Vector256.Create(float.NegativeInfinity)));
    }

    /// <summary>Stores the gradient of a row of scores as the gradient of the scores of the relative positions.</summary>
    private static void SpreadToPositions<T>(AttentionRows* p, int index, T* gradient) where T : unmanaged
    {
        var tokens = p->Tokens;
        if (!p->IsRead(index)) new Span<T>(gradient, tokens).Clear();
        var content = p->ContentToPositionOf<T>(index);
        var before = p->Queries - 1 - index % p->Queries;
        new Span<T>(content - before, before).Clear();
        new Span<T>(gradient, tokens).CopyTo(new Span<T>(content, tokens));
        new Span<T>(content + tokens, p->PositionRows - before - tokens).Clear();
        var at = p->PositionToContentOf<T>(index);
        for (var token = 0; token < tokens; token++, at += p->PositionRows + 1) *at = gradient[token];
    }

    private readonly struct AddPositions<T> : IReductionKernel<PositionRow<T>> where T : unmanaged
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector256<float> Run(in PositionRow<T> p, nint index, int count, Vector256<float> accumulator)
        {
            var position = count < Lanes.Count ? Lanes.Load(p.Buffer + index, count) : Vector256.Load(p.Buffer + index);
            var score = (Lanes.Load(p.Scores + index, count) + Lanes.Load(p.ContentToPosition + index, count) + position) * p.Scale;
            if (p.Mask is not null) score += Lanes.Load(p.Mask + index, count);
            if (count < Lanes.Count)
                score = Vector256.ConditionalSelect(Lanes.FirstMask(count), score, Vector256.Create(float.NegativeInfinity));
            score.Store(p.Buffer + index);
            return Vector256.MaxNative(accumulator, score);
        }
    }

    private struct PositionRow<T> where T : unmanaged
    {
        internal T* Scores, ContentToPosition, Mask;
        internal float* Buffer;
        internal float Scale;
    }

    private partial struct AttentionRows
    {
        internal void SetPositions(Tensor query, Tensor contentToPosition, Tensor positionToContent, PositionSettings settings)
        {
            Debug.Assert(contentToPosition.is_contiguous() && positionToContent.is_contiguous(), "The loops read both as arrays.");
            Debug.Assert(settings.Read is null || (settings.Read.is_contiguous() && settings.Read.dtype == ScalarType.Float32), "Float32.");
            (Batch, Heads, PositionRows) = ((int)query.shape[0], (int)query.shape[1], (int)contentToPosition.shape[2]);
            ContentToPosition = TensorMemory.Pointer(contentToPosition);
            PositionToContent = TensorMemory.Pointer(positionToContent);
            Read = settings.Read is null ? null : (float*)TensorMemory.Pointer(settings.Read);
            Scale = (float)settings.Scale;
        }

        internal readonly bool IsRead(int row) => Read is null || Read[(long)(row / Queries / Heads) * Queries + row % Queries] != 0;

        /// <summary>
        /// The address of the score of a query with the relative position of the first token; the scores with the relative positions of the
        /// next tokens follow.
        /// </summary>
        internal readonly T* ContentToPositionOf<T>(int row) where T : unmanaged =>
            (T*)ContentToPosition + (Matrix(row) * Queries + row % Queries) * PositionRows + Queries - 1 - row % Queries;

        /// <summary>The address of the score of the first token with the relative position of a query.</summary>
        internal readonly T* PositionToContentOf<T>(int row) where T : unmanaged =>
            (T*)PositionToContent + Matrix(row) * Tokens * PositionRows + Queries - 1 - row % Queries;

        /// <summary>Index of a row's matrix in the order [heads, batch].</summary>
        private readonly long Matrix(int row) => (long)(row / Queries % Heads) * Batch + row / Queries / Heads;
    }
}
