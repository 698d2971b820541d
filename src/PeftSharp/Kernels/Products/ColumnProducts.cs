using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace PeftSharp.Kernels;

/// <summary>A weight [inputs, outputs], as GPT-2's: each row of it, times the input's number for it, is added to the outputs.</summary>
/// <remarks>
/// Eight rows of the weight are read side by side, a stretch of each that is long enough for memory to give it at full speed and short enough that the sums of the stretch
/// stay near. The weights of two vectors of columns stay in registers for all rows of the input.
/// </remarks>
internal static unsafe class ColumnProducts
{
    private const int InputsAtOnce = 8, Lane = FewRowsProduct.Lane, Line = 64;
    private const int SumsAtOnce = 8192;                    // 32 KB of float32

    internal static void Add<T>(FewRowsProduct* p, int from, int to) where T : unmanaged
    {
        var stretch = Math.Max(2 * Lane, SumsAtOnce / p->Rows / (2 * Lane) * (2 * Lane));
        for (; from < to; from += stretch)
        {
            var end = Math.Min(to, from + stretch);
            var k = 0;
            for (; k + InputsAtOnce <= p->Inputs; k += InputsAtOnce) AddEight<T>(p, k, from, end);
            for (; k < p->Inputs; k++) AddOne<T>(p, k, from, end);
        }
    }

    /// <summary>Eight rows of the weight over a stretch of columns; the next eight are asked for meanwhile.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void AddEight<T>(FewRowsProduct* p, int input, int from, int to) where T : unmanaged
    {
        var outputs = (nint)p->Outputs;
        var w = (T*)p->W + input * outputs + from;
        var (xStride, yStride) = ((nint)p->XStride, (nint)p->YStride);
        var end = p->X + input + p->Rows * xStride;
        var isNear = p->Rows > 2;                            // several rows take so long that the nearest cache keeps up
        var column = from;
        for (; column + 2 * Lane <= to; column += 2 * Lane, w += 2 * Lane)
        {
            if (Sse.IsSupported)
            {
                var next = w + InputsAtOnce * outputs;
                for (var ahead = 0; ahead < InputsAtOnce; ahead++, next += outputs)
                {
                    Ask(next, isNear);
                    if (typeof(T) == typeof(float)) Ask((byte*)next + Line, isNear);
                }
            }
            var v = w;
            var (a0, b0) = (FewRowsProduct.Load(v), FewRowsProduct.Load(v + Lane));
            v += outputs;
            var (a1, b1) = (FewRowsProduct.Load(v), FewRowsProduct.Load(v + Lane));
            v += outputs;
            var (a2, b2) = (FewRowsProduct.Load(v), FewRowsProduct.Load(v + Lane));
            v += outputs;
            var (a3, b3) = (FewRowsProduct.Load(v), FewRowsProduct.Load(v + Lane));
            v += outputs;
            var (a4, b4) = (FewRowsProduct.Load(v), FewRowsProduct.Load(v + Lane));
            v += outputs;
            var (a5, b5) = (FewRowsProduct.Load(v), FewRowsProduct.Load(v + Lane));
            v += outputs;
            var (a6, b6) = (FewRowsProduct.Load(v), FewRowsProduct.Load(v + Lane));
            v += outputs;
            var (a7, b7) = (FewRowsProduct.Load(v), FewRowsProduct.Load(v + Lane));
            var y = p->Y + column;
            for (var x = p->X + input; x < end; x += xStride, y += yStride)
            {
                var (a, b) = (Vector512.Load(y), Vector512.Load(y + Lane));
                var number = Vector512.Create(x[0]);
                (a, b) = (Vector512.FusedMultiplyAdd(a0, number, a), Vector512.FusedMultiplyAdd(b0, number, b));
                number = Vector512.Create(x[1]);
                (a, b) = (Vector512.FusedMultiplyAdd(a1, number, a), Vector512.FusedMultiplyAdd(b1, number, b));
                number = Vector512.Create(x[2]);
                (a, b) = (Vector512.FusedMultiplyAdd(a2, number, a), Vector512.FusedMultiplyAdd(b2, number, b));
                number = Vector512.Create(x[3]);
                (a, b) = (Vector512.FusedMultiplyAdd(a3, number, a), Vector512.FusedMultiplyAdd(b3, number, b));
                number = Vector512.Create(x[4]);
                (a, b) = (Vector512.FusedMultiplyAdd(a4, number, a), Vector512.FusedMultiplyAdd(b4, number, b));
                number = Vector512.Create(x[5]);
                (a, b) = (Vector512.FusedMultiplyAdd(a5, number, a), Vector512.FusedMultiplyAdd(b5, number, b));
                number = Vector512.Create(x[6]);
                (a, b) = (Vector512.FusedMultiplyAdd(a6, number, a), Vector512.FusedMultiplyAdd(b6, number, b));
                number = Vector512.Create(x[7]);
                (a, b) = (Vector512.FusedMultiplyAdd(a7, number, a), Vector512.FusedMultiplyAdd(b7, number, b));
                a.Store(y);
                b.Store(y + Lane);
            }
        }
        for (var k = 0; k < InputsAtOnce && column < to; k++) AddOne<T>(p, input + k, column, to);
    }

    /// <summary>Asks for a line of memory ahead, into the nearest cache or the one behind it; beyond the end it does nothing.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Ask(void* line, bool isNear)
    {
        if (isNear) Sse.Prefetch0(line);
        else Sse.Prefetch1(line);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void AddOne<T>(FewRowsProduct* p, int input, int from, int to) where T : unmanaged
    {
        var w = (T*)p->W + (long)input * p->Outputs;
        var x = p->X + input;
        for (var row = 0; row < p->Rows; row++)
        {
            var y = p->Y + (long)row * p->YStride;
            for (var i = from; i < to; i++) y[i] += x[(long)row * p->XStride] * Lanes.Number(w + i);
        }
    }
}
