using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace PeftSharp.Kernels;

/// <summary>What the loops of <see cref="FewRowsLinear"/> read and write: the input in float32, block by block in the order in which a block reads it, and sums in float32.</summary>
internal unsafe struct FewRowsProduct
{
    internal const int Lane = 16;
    internal float* X, Y;
    internal void* W, Bias, Result;
    internal RowBlocks Blocks;
    internal int Rows, Inputs, Outputs, XStride, YStride;

    /// <summary>The input for a weight [inputs, outputs]: as it is.</summary>
    internal readonly void PackRows<T>(T* from) where T : unmanaged
    {
        for (var row = 0; row < Rows; row++) Convert(from + (long)row * Inputs, X + (long)row * XStride, Inputs);
    }

    /// <summary>The input for a weight [outputs, inputs]: block by block, [vectors, rows of it, 16] where the inputs are whole vectors, and else row by row.</summary>
    internal readonly void PackVectors<T>(T* from) where T : unmanaged
    {
        for (var first = 0; first < Blocks.Rows; first += Blocks.At(first))
        {
            var (rowStride, stride) = VectorStrides(first);
            var stretch = stride == 1 ? Inputs : Lane;
            for (var row = 0; row < Blocks.At(first); row++)
            {
                var x = from + (long)(first + row) * Inputs;
                var to = X + (long)first * Inputs + (long)row * rowStride;
                for (var i = 0; i < Inputs; i += stretch)
                {
                    if (first + row < Rows) Convert(x + i, to + (long)i * stride, stretch);
                    else new Span<float>(to + (long)i * stride, stretch).Clear();
                }
            }
        }
    }

    /// <summary>Where in a block a row's vectors lie: number i, of which a vector begins, at i times the second.</summary>
    internal readonly (int Row, int Number) VectorStrides(int firstRow) => AreBlocksOfVectors(firstRow) ? (Lane, Blocks.At(firstRow)) : (Inputs, 1);

    internal readonly bool AreBlocksOfVectors(int firstRow) => Blocks.At(firstRow) >= RowBlocks.Small && Inputs % Lane == 0;

    /// <summary>The sums begin with the bias.</summary>
    internal readonly void Begin<T>(int from, int to) where T : unmanaged
    {
        for (var row = 0; row < Blocks.Rows; row++)
        {
            var y = Y + (long)row * YStride;
            if (Bias is null) new Span<float>(y + from, to - from).Clear();
            else if (row > 0) new ReadOnlySpan<float>(Y + from, to - from).CopyTo(new Span<float>(y + from, to - from));
            else Convert((T*)Bias + from, y + from, to - from);
        }
    }

    /// <summary>The sums in the result's type.</summary>
    internal readonly void End<T>(int from, int to) where T : unmanaged
    {
        for (var row = 0; row < Rows; row++) Convert(Y + (long)row * YStride + from, (T*)Result + (long)row * Outputs + from, to - from);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Convert<TFrom, TTo>(TFrom* from, TTo* to, long count) where TFrom : unmanaged where TTo : unmanaged
    {
        var i = 0L;
        for (; i + Lanes.Count <= count; i += Lanes.Count) Lanes.Store(Lanes.Load(from + i), to + i);
        for (; i < count; i++) to[i] = Lanes.Round<TTo>(Lanes.Number(from + i));
    }

    /// <summary>Sixteen weights as float32; a bfloat16 is the upper half of one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector512<float> Load<T>(T* at) where T : unmanaged
    {
        if (typeof(T) == typeof(float)) return Vector512.Load((float*)at);
        var halves = Vector256.Load((ushort*)at);
        if (Avx512F.IsSupported) return (Avx512F.ConvertToVector512UInt32(halves) << 16).AsSingle();
        return (Vector512.Create(Vector256.WidenLower(halves), Vector256.WidenUpper(halves)) << 16).AsSingle();
    }
}
