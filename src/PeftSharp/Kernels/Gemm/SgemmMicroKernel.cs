using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace PeftSharp.Kernels;

/// <summary>The micro-kernel of <see cref="Sgemm"/> and <see cref="BatchedSgemm"/>: computes a tile of MR x NR results from a packed
/// panel of each operand.</summary>
/// <remarks>
/// A tile is 12 rows by one <see cref="VectorPair"/> of columns: its 24 accumulators and the pair of B fill 26 of the 32 vector
/// registers. Every step of the depth loads one pair of B, broadcasts 12 values of A and issues 24 multiply-adds, so the loop runs at the
/// peak rate of the multipliers. The rows are written out because the JIT keeps separate locals in registers, but not the elements of an
/// array.
/// </remarks>
internal static unsafe class SgemmMicroKernel
{
    /// <summary>Rows of a tile, the width of A's panels. The body of <see cref="RunWhole"/> has one accumulator for each.</summary>
    internal const int MR = 12;

    /// <summary>Columns of a tile, the width of B's panels.</summary>
    internal const int NR = VectorPair.Count;

    /// <summary>C = A·B + bias, or C += A·B, for one tile; at the edges of C it may be smaller than MR x NR.</summary>
    /// <param name="a">Packed panel of A, [depth, MR].</param>
    /// <param name="b">Packed panel of B, [depth, NR].</param>
    /// <param name="depth">Number of products that are summed for each result.</param>
    /// <param name="c">First element of the tile.</param>
    /// <param name="stride">Elements from one row of C to the next.</param>
    /// <param name="rows">Rows of the tile inside C, at most MR.</param>
    /// <param name="columns">Columns of the tile inside C, at most NR.</param>
    /// <param name="bias">Initial value of each column's accumulators, NR values; null: 0.</param>
    /// <param name="accumulates">Whether the product is added to C instead of replacing it.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Run(float* a, float* b, nint depth, float* c, nint stride, int rows, int columns, float* bias, bool accumulates)
    {
        if (rows == MR && columns == NR) RunWhole(a, b, depth, c, stride, bias, accumulates);
        else RunPartial(a, b, depth, c, stride, rows, columns, bias, accumulates);
    }

    /// <summary>Computes a whole tile in a buffer and copies the part that is inside C.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void RunPartial(
        float* a, float* b, nint depth, float* c, nint stride, int rows, int columns, float* bias, bool accumulates)
    {
        var tile = stackalloc float[MR * NR];
        RunWhole(a, b, depth, tile, NR, bias, accumulates: false);
        for (var i = 0; i < rows; i++)
            for (var j = 0; j < columns; j++) c[i * stride + j] = tile[i * NR + j] + (accumulates ? c[i * stride + j] : 0);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void RunWhole(float* a, float* b, nint depth, float* c, nint stride, float* bias, bool accumulates)
    {
        PrefetchTile(c, stride);
        var initial = bias is null ? default : VectorPair.Load(bias);
        var (c0, c1, c2, c3, c4, c5) = (initial, initial, initial, initial, initial, initial);
        var (c6, c7, c8, c9, c10, c11) = (initial, initial, initial, initial, initial, initial);
        for (var end = a + depth * MR; a < end; a += MR, b += NR)
        {
            var row = VectorPair.Load(b);
            c0.AddProduct(row, Vector512.Create(a[0]));
            c1.AddProduct(row, Vector512.Create(a[1]));
            c2.AddProduct(row, Vector512.Create(a[2]));
            c3.AddProduct(row, Vector512.Create(a[3]));
            c4.AddProduct(row, Vector512.Create(a[4]));
            c5.AddProduct(row, Vector512.Create(a[5]));
            c6.AddProduct(row, Vector512.Create(a[6]));
            c7.AddProduct(row, Vector512.Create(a[7]));
            c8.AddProduct(row, Vector512.Create(a[8]));
            c9.AddProduct(row, Vector512.Create(a[9]));
            c10.AddProduct(row, Vector512.Create(a[10]));
            c11.AddProduct(row, Vector512.Create(a[11]));
        }
        StoreRow(c, c0, accumulates);
        StoreRow(c += stride, c1, accumulates);
        StoreRow(c += stride, c2, accumulates);
        StoreRow(c += stride, c3, accumulates);
        StoreRow(c += stride, c4, accumulates);
        StoreRow(c += stride, c5, accumulates);
        StoreRow(c += stride, c6, accumulates);
        StoreRow(c += stride, c7, accumulates);
        StoreRow(c += stride, c8, accumulates);
        StoreRow(c += stride, c9, accumulates);
        StoreRow(c += stride, c10, accumulates);
        StoreRow(c + stride, c11, accumulates);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void PrefetchTile(float* c, nint stride)
    {
        if (!Sse.IsSupported) return;
        for (var i = 0; i < MR; i++, c += stride)
        {
            Sse.Prefetch0(c);
            Sse.Prefetch0(c + VectorPair.Half);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void StoreRow(float* c, VectorPair row, bool accumulates)
    {
        if (accumulates)
        {
            var before = VectorPair.Load(c);
            row = new(row.First + before.First, row.Second + before.Second);
        }
        row.Store(c);
    }
}
