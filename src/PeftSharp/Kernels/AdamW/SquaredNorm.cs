using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using PeftSharp.Native;
using static TorchSharp.torch;

namespace PeftSharp.Kernels;

/// <summary>The sum of a tensor's squares on all threads; libtorch's norm of a whole tensor is one thread's.</summary>
internal static unsafe class SquaredNorm
{
    private const int Stretch = 1 << 16, Block = 4096;

    /// <summary>Whether it takes this one: float32 on the processor, in one piece.</summary>
    internal static bool CanRun(Tensor x) => FastPaths.AdamW && Lanes.CanRunContiguous(x, ScalarType.Float32);

    /// <summary>Float32 sums of 4096 numbers, 128 a lane, added up in double precision; the same on any number of threads.</summary>
    internal static double Of(Tensor x)
    {
        Debug.Assert(x.is_contiguous() && x.dtype == ScalarType.Float32, "Contiguous float32.");
        var count = x.numel();
        var sums = new double[(count + Stretch - 1) / Stretch];
        fixed (double* pinned = sums)
        {
            var call = new Call { X = (float*)TensorMemory.Pointer(x), Count = count, Sums = pinned };
            NativeThreads.For(sums.Length, 1, ref call, &Sum);
        }
        return sums.Sum();
    }

    private static void Sum(void* arguments, int from, int to)
    {
        var p = (Call*)arguments;
        for (var stretch = from; stretch < to; stretch++)
        {
            var end = Math.Min(p->Count, (stretch + 1L) * Stretch);
            for (var i = (long)stretch * Stretch; i < end; i += Block) p->Sums[stretch] += Sum(p->X + i, (int)Math.Min(Block, end - i));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static float Sum(float* x, int count)
    {
        Vector256<float> a = default, b = default, c = default, d = default;
        var i = 0;
        for (; i + 4 * Lanes.Count <= count; i += 4 * Lanes.Count)
        {
            a = AddSquare(a, x + i, Lanes.Count);
            b = AddSquare(b, x + i + Lanes.Count, Lanes.Count);
            c = AddSquare(c, x + i + 2 * Lanes.Count, Lanes.Count);
            d = AddSquare(d, x + i + 3 * Lanes.Count, Lanes.Count);
        }
        for (; i < count; i += Lanes.Count) a = AddSquare(a, x + i, count - i);
        return Vector256.Sum(a + b + (c + d));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> AddSquare(Vector256<float> sum, float* x, int count)
    {
        var numbers = Lanes.Load(x, count);
        return Vector256.FusedMultiplyAdd(numbers, numbers, sum);
    }

    private struct Call
    {
        internal float* X;
        internal double* Sums;
        internal long Count;
    }
}
