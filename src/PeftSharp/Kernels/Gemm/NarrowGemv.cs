using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace PeftSharp.Kernels;

/// <summary>y = x·Wᵀ + b for up to 16 rows of x, with W of shape [outputs, inputs]: <see cref="Gemv"/> for processors without 512-bit
/// vectors.</summary>
/// <remarks>A tile is four rows of x by two of W: eight vectors of partial sums and four of weights fit into 16 registers. With one or two
/// rows of x, each is multiplied alone.</remarks>
internal static unsafe class NarrowGemv
{
    private const int OutputsOfTile = 2, RowsOfTile = RowBlocks.Small;
    private const int PrefetchDistance = 1 << 13, Line = 64;

    /// <summary>Packs the input as float32, block of rows after block of rows, each [inputs / 16, rows of the block, 16] in the order of
    /// <see cref="NarrowPair"/>.</summary>
    internal static void Pack<T>(ref SkinnyGemmArguments p, T* from) where T : unmanaged
    {
        var to = p.X;
        var block = p.Blocks.Rows >= RowsOfTile ? RowsOfTile : 1;
        for (var first = 0; first < p.Blocks.Rows; first += block)
            for (var input = 0; input < p.Inputs; input += NarrowPair.Count)
                for (var row = first; row < first + block; row++, to += NarrowPair.Count)
                    (row < p.Rows ? NarrowPair.Load(from + (long)row * p.Inputs + input) : default).Store(to);
    }

    /// <summary>Computes the outputs <paramref name="from"/> to <paramref name="to"/> (exclusive), the share of one thread. The last tile
    /// is shifted back so that it is complete.</summary>
    internal static void Run<T>(void* arguments, int from, int to) where T : unmanaged
    {
        var p = (SkinnyGemmArguments*)arguments;
        for (; from < to; from += OutputsOfTile)
        {
            var output = Math.Min(from, to - OutputsOfTile);
            if (p->Blocks.Rows >= RowsOfTile)
                for (var row = 0; row < p->Blocks.Rows; row += RowsOfTile) MultiplyFourRows<T>(p, row, output);
            else for (var row = 0; row < p->Blocks.Rows; row++) MultiplyOneRow<T>(p, row, output);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void MultiplyFourRows<T>(SkinnyGemmArguments* p, int row, int output) where T : unmanaged
    {
        var x = p->X + (long)row * p->Inputs;
        var inputs = (nint)p->Inputs;
        var w = (T*)p->W + output * inputs;
        var end = w + inputs;
        var ahead = (byte*)w + PrefetchDistance;
        Vector256<float> a0 = default, a1 = default, b0 = default, b1 = default, c0 = default, c1 = default, d0 = default, d1 = default;
        for (; w < end; w += NarrowPair.Count, x += RowsOfTile * NarrowPair.Count)
        {
            Prefetch<T>(ref ahead);
            var first = NarrowPair.Load(w);
            var second = NarrowPair.Load(w + inputs);
            var values = Vector256.Load(x);
            a0 = Vector256.FusedMultiplyAdd(first.First, values, a0);
            a1 = Vector256.FusedMultiplyAdd(second.First, values, a1);
            values = Vector256.Load(x + NarrowPair.Half);
            a0 = Vector256.FusedMultiplyAdd(first.Second, values, a0);
            a1 = Vector256.FusedMultiplyAdd(second.Second, values, a1);
            values = Vector256.Load(x + NarrowPair.Count);
            b0 = Vector256.FusedMultiplyAdd(first.First, values, b0);
            b1 = Vector256.FusedMultiplyAdd(second.First, values, b1);
            values = Vector256.Load(x + NarrowPair.Count + NarrowPair.Half);
            b0 = Vector256.FusedMultiplyAdd(first.Second, values, b0);
            b1 = Vector256.FusedMultiplyAdd(second.Second, values, b1);
            values = Vector256.Load(x + 2 * NarrowPair.Count);
            c0 = Vector256.FusedMultiplyAdd(first.First, values, c0);
            c1 = Vector256.FusedMultiplyAdd(second.First, values, c1);
            values = Vector256.Load(x + 2 * NarrowPair.Count + NarrowPair.Half);
            c0 = Vector256.FusedMultiplyAdd(first.Second, values, c0);
            c1 = Vector256.FusedMultiplyAdd(second.Second, values, c1);
            values = Vector256.Load(x + 3 * NarrowPair.Count);
            d0 = Vector256.FusedMultiplyAdd(first.First, values, d0);
            d1 = Vector256.FusedMultiplyAdd(second.First, values, d1);
            values = Vector256.Load(x + 3 * NarrowPair.Count + NarrowPair.Half);
            d0 = Vector256.FusedMultiplyAdd(first.Second, values, d0);
            d1 = Vector256.FusedMultiplyAdd(second.Second, values, d1);
        }
        Store<T>(p, row, output, a0, a1);
        Store<T>(p, row + 1, output, b0, b1);
        Store<T>(p, row + 2, output, c0, c1);
        Store<T>(p, row + 3, output, d0, d1);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void MultiplyOneRow<T>(SkinnyGemmArguments* p, int row, int output) where T : unmanaged
    {
        var x = p->X + (long)row * p->Inputs;
        var inputs = (nint)p->Inputs;
        var w = (T*)p->W + output * inputs;
        var end = w + inputs;
        var ahead = (byte*)w + PrefetchDistance;
        Vector256<float> a = default, b = default, c = default, d = default;
        for (; w < end; w += NarrowPair.Count, x += NarrowPair.Count)
        {
            Prefetch<T>(ref ahead);
            var first = NarrowPair.Load(w);
            var second = NarrowPair.Load(w + inputs);
            var (low, high) = (Vector256.Load(x), Vector256.Load(x + NarrowPair.Half));
            a = Vector256.FusedMultiplyAdd(first.First, low, a);
            b = Vector256.FusedMultiplyAdd(second.First, low, b);
            c = Vector256.FusedMultiplyAdd(first.Second, high, c);
            d = Vector256.FusedMultiplyAdd(second.Second, high, d);
        }
        Store<T>(p, row, output, a + c, b + d);
    }

    /// <summary>Prefetches as much of the weight, in address order, as one iteration reads of two rows.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Prefetch<T>(ref byte* ahead) where T : unmanaged
    {
        if (!Sse.IsSupported) return;
        var bytes = OutputsOfTile * NarrowPair.Count * sizeof(T);
        for (var line = 0; line < bytes; line += Line) Sse.Prefetch1(ahead + line);
        ahead += bytes;
    }

    /// <summary>Stores two neighboring outputs of a row, unless the row is padding.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store<T>(SkinnyGemmArguments* p, int row, int output, Vector256<float> first, Vector256<float> second)
        where T : unmanaged
    {
        if (row >= p->Rows) return;
        var bias = (T*)p->Bias;
        var result = (T*)p->Result + (long)row * p->Outputs + output;
        result[0] = Lanes.FromSingle<T>(Vector256.Sum(first) + (bias is null ? 0 : Lanes.ToSingle(bias + output)));
        result[1] = Lanes.FromSingle<T>(Vector256.Sum(second) + (bias is null ? 0 : Lanes.ToSingle(bias + output + 1)));
    }
}
