using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using PeftSharp.Native;
using static TorchSharp.torch;

namespace PeftSharp.Kernels;

/// <summary>The sum of squares of a tensor (its squared L2 norm), on all threads; libtorch computes the norm of a whole tensor on one
/// thread.</summary>
internal static unsafe class SquaredNorm
{
    private const int Chunk = 1 << 16, Block = 4096;

    /// <summary>Whether a tensor is supported: contiguous float32 on the CPU.</summary>
    internal static bool CanRun(Tensor x) => FastPaths.AdamW && Lanes.CanRunContiguous(x, ScalarType.Float32);

    /// <summary>Sums blocks of 4096 elements in float32 and the blocks in double precision. The result does not depend on the number of
    /// threads.</summary>
    internal static double Of(Tensor x)
    {
        Debug.Assert(x.is_contiguous() && x.dtype == ScalarType.Float32, "Contiguous float32.");
        var count = x.numel();
        var sums = new double[(count + Chunk - 1) / Chunk];
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
        for (var chunk = from; chunk < to; chunk++)
        {
            var end = Math.Min(p->Count, (chunk + 1L) * Chunk);
            for (var i = (long)chunk * Chunk; i < end; i += Block) p->Sums[chunk] += Sum(p->X + i, (int)Math.Min(Block, end - i));
        }
    }

    /// <summary>Sums with four accumulators, because each multiply-add waits for the one before it in the same accumulator.</summary>
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
        var values = Lanes.Load(x, count);
        return Vector256.FusedMultiplyAdd(values, values, sum);
    }

    private struct Call
    {
        internal float* X;
        internal double* Sums;
        internal long Count;
    }
}
