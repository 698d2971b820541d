using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace PeftSharp.Kernels;

/// <summary>The softmax of one row, in float32: the caller loads the row, exponentiates it and divides by the sum when it stores
/// the result.</summary>
/// <remarks>The maximum is subtracted first, so the exponentials do not overflow. Row buffers are padded with -inf to whole vectors
/// (<see cref="Lanes.RoundUp"/>).</remarks>
internal static unsafe class RowSoftmax
{
    /// <summary>Loads scale·scores + mask into a row buffer and returns the maximum; -inf if every element is masked.</summary>
    /// <param name="scores">[count].</param>
    /// <param name="mask">[count], or null.</param>
    /// <param name="scale">Factor of the scores.</param>
    /// <param name="count">Number of elements.</param>
    /// <param name="row">Receives the scores, padded.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static float Load<T>(T* scores, T* mask, float scale, int count, float* row) where T : unmanaged =>
        Lanes.Max(ElementLoop.Reduce<LoadScores<T>, Scores<T>>(
            new Scores<T> { Values = scores, Mask = mask, Scale = scale, Row = row }, 0, count, Vector256.Create(float.NegativeInfinity)));

    /// <summary>Pads a row buffer that the caller has filled.</summary>
    internal static void Pad(float* row, int count) =>
        new Span<float>(row + count, Lanes.RoundUp(count) - count).Fill(float.NegativeInfinity);

    /// <summary>Replaces each element of a row buffer by exp(element - max) and returns their sum; the padding becomes 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static float Exponentiate(float* row, int count, float max)
    {
        Debug.Assert(max != float.NegativeInfinity, "The caller handles rows in which every element is masked.");
        var (sums, maxima) = (Vector256<float>.Zero, Vector256.Create(max));
        for (var i = 0; i < count; i += Lanes.Count)
        {
            var exp = Lanes.Exp(Vector256.Load(row + i) - maxima);
            exp.Store(row + i);
            sums += exp;
        }
        return Vector256.Sum(sums);
    }

    private struct Scores<T> where T : unmanaged
    {
        internal T* Values, Mask;
        internal float* Row;
        internal float Scale;
    }

    private readonly struct LoadScores<T> : IReductionKernel<Scores<T>> where T : unmanaged
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector256<float> Run(in Scores<T> p, nint index, int count, Vector256<float> accumulator)
        {
            var score = Lanes.Load(p.Values + index, count) * p.Scale;
            if (p.Mask is not null) score += Lanes.Load(p.Mask + index, count);
            if (count < Lanes.Count)
                score = Vector256.ConditionalSelect(Lanes.FirstMask(count), score, Vector256.Create(float.NegativeInfinity));
            score.Store(p.Row + index);
            return Vector256.MaxNative(accumulator, score);
        }
    }
}
