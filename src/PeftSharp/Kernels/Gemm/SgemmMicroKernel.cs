using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace PeftSharp.Kernels;

/// <summary>The innermost loop of a product of matrices: twelve rows by two vectors of columns, whose 24 sums stay in registers.</summary>
internal static unsafe class SgemmMicroKernel
{
    internal const int Rows = 12, Columns = 32, Lane = 16;

    /// <summary>C = A·B + start, or C += A·B, for one tile, of which fewer rows and columns may be there.</summary>
    /// <param name="a">[depth, 12], packed.</param>
    /// <param name="b">[depth, 32], packed.</param>
    /// <param name="depth">How many products each sum has.</param>
    /// <param name="c">The tile's first number.</param>
    /// <param name="stride">From a row of C to the next.</param>
    /// <param name="rows">Rows of C that are there.</param>
    /// <param name="columns">Columns of C that are there.</param>
    /// <param name="start">What the sums of each column begin with, 32 numbers; null: 0.</param>
    /// <param name="adds">Whether the sums are added to what is there.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Multiply(float* a, float* b, nint depth, float* c, nint stride, int rows, int columns, float* start, bool adds)
    {
        if (rows == Rows && columns == Columns) Multiply(a, b, depth, c, stride, start, adds);
        else MultiplyPart(a, b, depth, c, stride, rows, columns, start, adds);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void MultiplyPart(float* a, float* b, nint depth, float* c, nint stride, int rows, int columns, float* start, bool adds)
    {
        var whole = stackalloc float[Rows * Columns];
        Multiply(a, b, depth, whole, Columns, start, adds: false);
        for (var i = 0; i < rows; i++)
            for (var j = 0; j < columns; j++) c[i * stride + j] = whole[i * Columns + j] + (adds ? c[i * stride + j] : 0);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Multiply(float* a, float* b, nint depth, float* c, nint stride, float* start, bool adds)
    {
        if (Sse.IsSupported)
        {
            var row = (byte*)c;
            for (var i = 0; i < Rows; i++, row += stride * sizeof(float))
            {
                Sse.Prefetch0(row);
                Sse.Prefetch0(row + Lane * sizeof(float));
            }
        }
        var (first, second) = start is null ? (Vector512<float>.Zero, Vector512<float>.Zero) : (Vector512.Load(start), Vector512.Load(start + Lane));
        var (a0, a1, b0, b1, c0, c1, d0, d1) = (first, second, first, second, first, second, first, second);
        var (e0, e1, f0, f1, g0, g1, h0, h1) = (first, second, first, second, first, second, first, second);
        var (i0, i1, j0, j1, k0, k1, l0, l1) = (first, second, first, second, first, second, first, second);
        for (var end = a + depth * Rows; a < end; a += Rows, b += Columns)
        {
            var (left, right) = (Vector512.Load(b), Vector512.Load(b + Lane));
            var number = Vector512.Create(a[0]);
            (a0, a1) = (Vector512.FusedMultiplyAdd(number, left, a0), Vector512.FusedMultiplyAdd(number, right, a1));
            number = Vector512.Create(a[1]);
            (b0, b1) = (Vector512.FusedMultiplyAdd(number, left, b0), Vector512.FusedMultiplyAdd(number, right, b1));
            number = Vector512.Create(a[2]);
            (c0, c1) = (Vector512.FusedMultiplyAdd(number, left, c0), Vector512.FusedMultiplyAdd(number, right, c1));
            number = Vector512.Create(a[3]);
            (d0, d1) = (Vector512.FusedMultiplyAdd(number, left, d0), Vector512.FusedMultiplyAdd(number, right, d1));
            number = Vector512.Create(a[4]);
            (e0, e1) = (Vector512.FusedMultiplyAdd(number, left, e0), Vector512.FusedMultiplyAdd(number, right, e1));
            number = Vector512.Create(a[5]);
            (f0, f1) = (Vector512.FusedMultiplyAdd(number, left, f0), Vector512.FusedMultiplyAdd(number, right, f1));
            number = Vector512.Create(a[6]);
            (g0, g1) = (Vector512.FusedMultiplyAdd(number, left, g0), Vector512.FusedMultiplyAdd(number, right, g1));
            number = Vector512.Create(a[7]);
            (h0, h1) = (Vector512.FusedMultiplyAdd(number, left, h0), Vector512.FusedMultiplyAdd(number, right, h1));
            number = Vector512.Create(a[8]);
            (i0, i1) = (Vector512.FusedMultiplyAdd(number, left, i0), Vector512.FusedMultiplyAdd(number, right, i1));
            number = Vector512.Create(a[9]);
            (j0, j1) = (Vector512.FusedMultiplyAdd(number, left, j0), Vector512.FusedMultiplyAdd(number, right, j1));
            number = Vector512.Create(a[10]);
            (k0, k1) = (Vector512.FusedMultiplyAdd(number, left, k0), Vector512.FusedMultiplyAdd(number, right, k1));
            number = Vector512.Create(a[11]);
            (l0, l1) = (Vector512.FusedMultiplyAdd(number, left, l0), Vector512.FusedMultiplyAdd(number, right, l1));
        }
        Put(c, a0, a1, adds);
        Put(c += stride, b0, b1, adds);
        Put(c += stride, c0, c1, adds);
        Put(c += stride, d0, d1, adds);
        Put(c += stride, e0, e1, adds);
        Put(c += stride, f0, f1, adds);
        Put(c += stride, g0, g1, adds);
        Put(c += stride, h0, h1, adds);
        Put(c += stride, i0, i1, adds);
        Put(c += stride, j0, j1, adds);
        Put(c += stride, k0, k1, adds);
        Put(c + stride, l0, l1, adds);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Put(float* c, Vector512<float> left, Vector512<float> right, bool adds)
    {
        if (adds)
        {
            left += Vector512.Load(c);
            right += Vector512.Load(c + Lane);
        }
        left.Store(c);
        right.Store(c + Lane);
    }
}
