using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace PeftSharp.Kernels;

/// <summary>A weight [outputs, inputs]: each output is the product of a row of it with each row of the input.</summary>
/// <remarks>A block's sums, sixteen vectors, stay in registers. All that stands around such a loop is inlined: a call would put the sums on the stack in every turn.</remarks>
internal static unsafe class RowProducts
{
    internal static void Add<T>(FewRowsProduct* p, int from, int to) where T : unmanaged
    {
        for (var first = 0; first < p->Blocks.Rows; first += p->Blocks.At(first))
        {
            var output = from;
            if (p->AreBlocksOfVectors(first))
            {
                if (p->Blocks.At(first) == RowBlocks.Large) for (; output + 2 <= to; output += 2) AddEightByTwo<T>(p, first, output);
                else for (; output + 4 <= to; output += 4) AddFourByFour<T>(p, first, output);
            }
            for (; output < to; output++) AddOne<T>(p, first, output);
        }
    }

    /// <summary>Eight rows of the input with two of the weight.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void AddEightByTwo<T>(FewRowsProduct* p, int first, int output) where T : unmanaged
    {
        const int lane = FewRowsProduct.Lane;
        var x = p->X + (long)first * p->Inputs;
        var w = (T*)p->W + (long)output * p->Inputs;
        var w2 = w + p->Inputs;
        var end = w2;
        Vector512<float> a0 = default, a1 = default, a2 = default, a3 = default, a4 = default, a5 = default, a6 = default, a7 = default;
        Vector512<float> b0 = default, b1 = default, b2 = default, b3 = default, b4 = default, b5 = default, b6 = default, b7 = default;
        for (; w < end; w += lane, w2 += lane, x += 8 * lane)
        {
            if (Sse.IsSupported)
            {
                Sse.Prefetch0(w2 + p->Inputs);
                Sse.Prefetch0(w2 + 2 * p->Inputs);
            }
            var (one, two) = (FewRowsProduct.Load(w), FewRowsProduct.Load(w2));
            var row = Vector512.Load(x);
            (a0, b0) = (Vector512.FusedMultiplyAdd(one, row, a0), Vector512.FusedMultiplyAdd(two, row, b0));
            row = Vector512.Load(x + lane);
            (a1, b1) = (Vector512.FusedMultiplyAdd(one, row, a1), Vector512.FusedMultiplyAdd(two, row, b1));
            row = Vector512.Load(x + 2 * lane);
            (a2, b2) = (Vector512.FusedMultiplyAdd(one, row, a2), Vector512.FusedMultiplyAdd(two, row, b2));
            row = Vector512.Load(x + 3 * lane);
            (a3, b3) = (Vector512.FusedMultiplyAdd(one, row, a3), Vector512.FusedMultiplyAdd(two, row, b3));
            row = Vector512.Load(x + 4 * lane);
            (a4, b4) = (Vector512.FusedMultiplyAdd(one, row, a4), Vector512.FusedMultiplyAdd(two, row, b4));
            row = Vector512.Load(x + 5 * lane);
            (a5, b5) = (Vector512.FusedMultiplyAdd(one, row, a5), Vector512.FusedMultiplyAdd(two, row, b5));
            row = Vector512.Load(x + 6 * lane);
            (a6, b6) = (Vector512.FusedMultiplyAdd(one, row, a6), Vector512.FusedMultiplyAdd(two, row, b6));
            row = Vector512.Load(x + 7 * lane);
            (a7, b7) = (Vector512.FusedMultiplyAdd(one, row, a7), Vector512.FusedMultiplyAdd(two, row, b7));
        }
        var y = p->Y + (long)first * p->YStride + output;
        AddSums(y, p->YStride, a0, a1, a2, a3);
        AddSums(y + 4L * p->YStride, p->YStride, a4, a5, a6, a7);
        AddSums(y + 1, p->YStride, b0, b1, b2, b3);
        AddSums(y + 1 + 4L * p->YStride, p->YStride, b4, b5, b6, b7);
    }

    /// <summary>Four rows of the input with four of the weight.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void AddFourByFour<T>(FewRowsProduct* p, int first, int output) where T : unmanaged
    {
        const int lane = FewRowsProduct.Lane;
        var x = p->X + (long)first * p->Inputs;
        var w = (T*)p->W + (long)output * p->Inputs;
        var (w2, w3, w4) = ((nint)p->Inputs, 2 * (nint)p->Inputs, 3 * (nint)p->Inputs);
        var end = w + p->Inputs;
        Vector512<float> a0 = default, a1 = default, a2 = default, a3 = default, b0 = default, b1 = default, b2 = default, b3 = default;
        Vector512<float> c0 = default, c1 = default, c2 = default, c3 = default, d0 = default, d1 = default, d2 = default, d3 = default;
        for (; w < end; w += lane, x += 4 * lane)
        {
            if (Sse.IsSupported)
            {
                var next = w + 4 * w2;                                      // the next four rows; beyond the end it does nothing
                Sse.Prefetch0(next);
                Sse.Prefetch0(next + w2);
                Sse.Prefetch0(next + w3);
                Sse.Prefetch0(next + w4);
            }
            var (row0, row1, row2, row3) = (Vector512.Load(x), Vector512.Load(x + lane), Vector512.Load(x + 2 * lane), Vector512.Load(x + 3 * lane));
            var weights = FewRowsProduct.Load(w);
            (a0, a1) = (Vector512.FusedMultiplyAdd(weights, row0, a0), Vector512.FusedMultiplyAdd(weights, row1, a1));
            (a2, a3) = (Vector512.FusedMultiplyAdd(weights, row2, a2), Vector512.FusedMultiplyAdd(weights, row3, a3));
            weights = FewRowsProduct.Load(w + w2);
            (b0, b1) = (Vector512.FusedMultiplyAdd(weights, row0, b0), Vector512.FusedMultiplyAdd(weights, row1, b1));
            (b2, b3) = (Vector512.FusedMultiplyAdd(weights, row2, b2), Vector512.FusedMultiplyAdd(weights, row3, b3));
            weights = FewRowsProduct.Load(w + w3);
            (c0, c1) = (Vector512.FusedMultiplyAdd(weights, row0, c0), Vector512.FusedMultiplyAdd(weights, row1, c1));
            (c2, c3) = (Vector512.FusedMultiplyAdd(weights, row2, c2), Vector512.FusedMultiplyAdd(weights, row3, c3));
            weights = FewRowsProduct.Load(w + w4);
            (d0, d1) = (Vector512.FusedMultiplyAdd(weights, row0, d0), Vector512.FusedMultiplyAdd(weights, row1, d1));
            (d2, d3) = (Vector512.FusedMultiplyAdd(weights, row2, d2), Vector512.FusedMultiplyAdd(weights, row3, d3));
        }
        var y = p->Y + (long)first * p->YStride + output;
        AddSums(y, p->YStride, a0, a1, a2, a3);
        AddSums(y + 1, p->YStride, b0, b1, b2, b3);
        AddSums(y + 2, p->YStride, c0, c1, c2, c3);
        AddSums(y + 3, p->YStride, d0, d1, d2, d3);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddSums(float* y, int stride, Vector512<float> first, Vector512<float> second, Vector512<float> third, Vector512<float> fourth)
    {
        var sums = Quarter(first, second, third, fourth);
        y[0] += sums[0];
        y[stride] += sums[1];
        y[2L * stride] += sums[2];
        y[3L * stride] += sums[3];
    }

    /// <summary>The sums of four vectors.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> Quarter(Vector512<float> first, Vector512<float> second, Vector512<float> third, Vector512<float> fourth)
    {
        if (!Sse3.IsSupported) return Vector128.Create(Vector512.Sum(first), Vector512.Sum(second), Vector512.Sum(third), Vector512.Sum(fourth));
        return Sse3.HorizontalAdd(Sse3.HorizontalAdd(Fold(first), Fold(second)), Sse3.HorizontalAdd(Fold(third), Fold(fourth)));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> Fold(Vector512<float> x)
    {
        var half = x.GetLower() + x.GetUpper();
        return half.GetLower() + half.GetUpper();
    }

    /// <summary>A block's rows one after another.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void AddOne<T>(FewRowsProduct* p, int first, int output) where T : unmanaged
    {
        const int lane = FewRowsProduct.Lane;
        var w = (T*)p->W + (long)output * p->Inputs;
        var (rowStride, stride) = p->VectorStrides(first);
        var vectors = p->Inputs - p->Inputs % lane;
        for (var row = 0; row < p->Blocks.At(first); row++)
        {
            var x = p->X + (long)first * p->Inputs + (long)row * rowStride;
            Vector512<float> a = default, b = default;              // two sums: one would wait for itself
            var i = 0;
            for (; i + 2 * lane <= vectors; i += 2 * lane)
            {
                a = Vector512.FusedMultiplyAdd(FewRowsProduct.Load(w + i), Vector512.Load(x + i * stride), a);
                b = Vector512.FusedMultiplyAdd(FewRowsProduct.Load(w + i + lane), Vector512.Load(x + (i + lane) * stride), b);
            }
            for (; i < vectors; i += lane) a = Vector512.FusedMultiplyAdd(FewRowsProduct.Load(w + i), Vector512.Load(x + i * stride), a);
            var sum = Vector512.Sum(a + b);
            for (; i < p->Inputs; i++) sum += Lanes.Number(w + i) * x[i];
            p->Y[(long)(first + row) * p->YStride + output] += sum;
        }
    }
}
