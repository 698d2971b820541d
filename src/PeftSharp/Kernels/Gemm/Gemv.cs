using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace PeftSharp.Kernels;

/// <summary>y = x·Wᵀ + b for up to 16 rows of x, with W of shape [outputs, inputs]: each result is the dot product of a row of x with a
/// row of W.</summary>
/// <remarks>
/// A tile is 8 rows of x by 3 of W, or 4 by 4; its 24 or 16 vectors of partial sums stay in registers. Everything around such a loop is
/// inlined, because a call would spill them to the stack in every iteration. Several rows of W are read at the same time, which the
/// hardware prefetcher does not support, so the code prefetches the weight <see cref="PrefetchDistance"/> bytes ahead, in address order.
/// </remarks>
internal static unsafe class Gemv
{
    private const int OutputsOfEight = 3, OutputsOfFour = 4;      // rows of W in a tile: 3 with eight rows of x, 4 with four rows of x
    private const int TileMultiple = OutputsOfEight * OutputsOfFour;      // a chunk has a multiple of this number of rows of W
    private const int MaxChunk = 96;

    // The last tile of a chunk may begin up to three outputs before the chunk.
    private const int Margin = 4, SumsStride = Margin + MaxChunk;
    private const int ChunkBytes = 1 << 18, PrefetchDistance = 1 << 14, Line = 64;

    /// <summary>Packs the input as float32, block of rows after block of rows, each [inputs / 32, rows of the block, 32] in the order of
    /// <see cref="VectorPair"/>.</summary>
    internal static void Pack<T>(ref SkinnyGemmArguments p, T* from) where T : unmanaged
    {
        var to = p.X;
        for (var first = 0; first < p.Blocks.Rows; first += p.Blocks.At(first))
            for (var input = 0; input < p.Inputs; input += VectorPair.Count)
                for (var row = first; row < first + p.Blocks.At(first); row++, to += VectorPair.Count)
                    (row < p.Rows ? VectorPair.Load(from + (long)row * p.Inputs + input) : default).Store(to);
    }

    /// <summary>Computes the outputs <paramref name="from"/> to <paramref name="to"/> (exclusive), the share of one thread, in chunks:
    /// ranges of outputs whose weights stay in the cache for all blocks of rows.</summary>
    [SkipLocalsInit]
    internal static void Run<T>(void* arguments, int from, int to) where T : unmanaged
    {
        var p = (SkinnyGemmArguments*)arguments;
        var chunk = Math.Clamp(ChunkBytes / (p->Inputs * sizeof(T)) / TileMultiple * TileMultiple, TileMultiple, MaxChunk);
        var sums = stackalloc float[SkinnyGemmArguments.MaxRows * SumsStride];
        for (; from < to; from += chunk)
        {
            var end = Math.Min(to, from + chunk);
            for (var first = 0; first < p->Blocks.Rows; first += p->Blocks.At(first))
                Multiply<T>(p, first, from, end, sums + Margin - from);
            Store<T>(p, from, end, sums + Margin - from);
        }
    }

    /// <summary>Computes the outputs from <paramref name="from"/> to <paramref name="to"/> (exclusive) for one block of input rows. The
    /// last tile is shifted back so that it is complete; outputs that overlap the previous tile are computed twice, with the same
    /// result.</summary>
    private static void Multiply<T>(SkinnyGemmArguments* p, int first, int from, int to, float* sums) where T : unmanaged
    {
        switch (p->Blocks.At(first))
        {
            case RowBlocks.Large:
                for (; from < to; from += OutputsOfEight) MultiplyEightRows<T>(p, first, Math.Min(from, to - OutputsOfEight), sums);
                break;
            case RowBlocks.Small:
                for (; from < to; from += OutputsOfFour) MultiplyFourRows<T>(p, first, Math.Min(from, to - OutputsOfFour), sums);
                break;
            default:
                for (; from < to; from++) MultiplyOneRow<T>(p, first, from, sums);
                break;
        }
    }

    /// <summary>Adds the bias and stores the sums in the result's type.</summary>
    private static void Store<T>(SkinnyGemmArguments* p, int from, int to, float* sums) where T : unmanaged
    {
        var result = (T*)p->Result;
        for (var row = 0; row < p->Rows; row++, sums += SumsStride, result += p->Outputs)
            ElementLoop.Run<AddBias<T>, Epilogue<T>>(new Epilogue<T> { Sums = sums, Bias = (T*)p->Bias, Result = result }, from, to);
    }

    /// <summary>The dot products of eight rows of the input with three rows of the weight: 24 accumulators.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void MultiplyEightRows<T>(SkinnyGemmArguments* p, int firstRow, int output, float* sums) where T : unmanaged
    {
        var x = p->X + (long)firstRow * p->Inputs;
        var w = (T*)p->W + (long)output * p->Inputs;
        var ahead = (byte*)w + PrefetchDistance;
        var inputs = (nint)p->Inputs;
        var end = w + inputs;
        VectorTriple s0 = default, s1 = default, s2 = default, s3 = default, s4 = default, s5 = default, s6 = default, s7 = default;
        for (; w < end; w += VectorPair.Count, x += RowBlocks.Large * VectorPair.Count)
        {
            Prefetch<T>(ref ahead, OutputsOfEight);
            var first = VectorTriple.Load(w, inputs, out var second);
            s0.AddProduct(first, Vector512.Load(x));
            s1.AddProduct(first, Vector512.Load(x + VectorPair.Count));
            s2.AddProduct(first, Vector512.Load(x + 2 * VectorPair.Count));
            s3.AddProduct(first, Vector512.Load(x + 3 * VectorPair.Count));
            s4.AddProduct(first, Vector512.Load(x + 4 * VectorPair.Count));
            s5.AddProduct(first, Vector512.Load(x + 5 * VectorPair.Count));
            s6.AddProduct(first, Vector512.Load(x + 6 * VectorPair.Count));
            s7.AddProduct(first, Vector512.Load(x + 7 * VectorPair.Count));
            s0.AddProduct(second, Vector512.Load(x + VectorPair.Half));
            s1.AddProduct(second, Vector512.Load(x + VectorPair.Count + VectorPair.Half));
            s2.AddProduct(second, Vector512.Load(x + 2 * VectorPair.Count + VectorPair.Half));
            s3.AddProduct(second, Vector512.Load(x + 3 * VectorPair.Count + VectorPair.Half));
            s4.AddProduct(second, Vector512.Load(x + 4 * VectorPair.Count + VectorPair.Half));
            s5.AddProduct(second, Vector512.Load(x + 5 * VectorPair.Count + VectorPair.Half));
            s6.AddProduct(second, Vector512.Load(x + 6 * VectorPair.Count + VectorPair.Half));
            s7.AddProduct(second, Vector512.Load(x + 7 * VectorPair.Count + VectorPair.Half));
        }
        sums += firstRow * SumsStride + output;
        StoreSums(sums, s0.A, s1.A, s2.A, s3.A);
        StoreSums(sums + 4 * SumsStride, s4.A, s5.A, s6.A, s7.A);
        StoreSums(sums + 1, s0.B, s1.B, s2.B, s3.B);
        StoreSums(sums + 1 + 4 * SumsStride, s4.B, s5.B, s6.B, s7.B);
        StoreSums(sums + 2, s0.C, s1.C, s2.C, s3.C);
        StoreSums(sums + 2 + 4 * SumsStride, s4.C, s5.C, s6.C, s7.C);
    }

    /// <summary>The dot products of four rows of the input with four rows of the weight: 16 accumulators.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void MultiplyFourRows<T>(SkinnyGemmArguments* p, int firstRow, int output, float* sums) where T : unmanaged
    {
        var x = p->X + (long)firstRow * p->Inputs;
        var w = (T*)p->W + (long)output * p->Inputs;
        var ahead = (byte*)w + PrefetchDistance;
        var inputs = (nint)p->Inputs;
        var end = w + inputs;
        VectorQuad s0 = default, s1 = default, s2 = default, s3 = default;
        for (; w < end; w += VectorPair.Count, x += RowBlocks.Small * VectorPair.Count)
        {
            Prefetch<T>(ref ahead, OutputsOfFour);
            var first = VectorQuad.Load(w, inputs, out var second);
            s0.AddProduct(first, Vector512.Load(x));
            s1.AddProduct(first, Vector512.Load(x + VectorPair.Count));
            s2.AddProduct(first, Vector512.Load(x + 2 * VectorPair.Count));
            s3.AddProduct(first, Vector512.Load(x + 3 * VectorPair.Count));
            s0.AddProduct(second, Vector512.Load(x + VectorPair.Half));
            s1.AddProduct(second, Vector512.Load(x + VectorPair.Count + VectorPair.Half));
            s2.AddProduct(second, Vector512.Load(x + 2 * VectorPair.Count + VectorPair.Half));
            s3.AddProduct(second, Vector512.Load(x + 3 * VectorPair.Count + VectorPair.Half));
        }
        sums += firstRow * SumsStride + output;
        StoreSums(sums, s0.A, s1.A, s2.A, s3.A);
        StoreSums(sums + 1, s0.B, s1.B, s2.B, s3.B);
        StoreSums(sums + 2, s0.C, s1.C, s2.C, s3.C);
        StoreSums(sums + 3, s0.D, s1.D, s2.D, s3.D);
    }

    /// <summary>The dot product of one row of the input with one row of the weight.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void MultiplyOneRow<T>(SkinnyGemmArguments* p, int row, int output, float* sums) where T : unmanaged
    {
        var x = p->X + (long)row * p->Inputs;
        var w = (T*)p->W + (long)output * p->Inputs;
        var end = w + p->Inputs;
        var ahead = (byte*)w + PrefetchDistance;
        Vector512<float> a = default, b = default;
        for (; w < end; w += VectorPair.Count, x += VectorPair.Count)
        {
            Prefetch<T>(ref ahead, 1);
            var pair = VectorPair.Load(w);
            (a, b) = (Vector512.FusedMultiplyAdd(pair.First, Vector512.Load(x), a),
                Vector512.FusedMultiplyAdd(pair.Second, Vector512.Load(x + VectorPair.Half), b));
        }
        sums[row * SumsStride + output] = Vector512.Sum(a + b);
    }

    /// <summary>Prefetches as much of the weight as one iteration reads of <paramref name="rows"/> rows. Prefetching beyond the end of
    /// the weight has no effect.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Prefetch<T>(ref byte* ahead, int rows) where T : unmanaged
    {
        if (!Sse.IsSupported) return;
        var bytes = rows * VectorPair.Count * sizeof(T);
        for (var line = 0; line < bytes; line += Line) Sse.Prefetch1(ahead + line);
        ahead += bytes;
    }

    /// <summary>Stores the horizontal sums of four vectors, one for each of four consecutive rows of the input.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void StoreSums(float* sums, Vector512<float> a, Vector512<float> b, Vector512<float> c, Vector512<float> d)
    {
        var four = Sum(a, b, c, d);
        sums[0] = four[0];
        sums[SumsStride] = four[1];
        sums[2 * SumsStride] = four[2];
        sums[3 * SumsStride] = four[3];
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> Sum(Vector512<float> a, Vector512<float> b, Vector512<float> c, Vector512<float> d)
    {
        if (!Sse3.IsSupported) return Vector128.Create(Vector512.Sum(a), Vector512.Sum(b), Vector512.Sum(c), Vector512.Sum(d));
        return Sse3.HorizontalAdd(Sse3.HorizontalAdd(Fold(a), Fold(b)), Sse3.HorizontalAdd(Fold(c), Fold(d)));
    }

    /// <summary>Four partial sums of a vector's 16 elements.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> Fold(Vector512<float> x)
    {
        var half = x.GetLower() + x.GetUpper();
        return half.GetLower() + half.GetUpper();
    }

    private struct Epilogue<T> where T : unmanaged
    {
        internal float* Sums;
        internal T* Bias, Result;
    }

    private readonly struct AddBias<T> : IElementKernel<Epilogue<T>> where T : unmanaged
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Run(in Epilogue<T> p, nint index, int count)
        {
            var sums = Lanes.Load(p.Sums + index, count);
            Lanes.Store(p.Bias is null ? sums : sums + Lanes.Load(p.Bias + index, count), p.Result + index, count);
        }
    }
}
