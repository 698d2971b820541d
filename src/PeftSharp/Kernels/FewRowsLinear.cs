using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using static TorchSharp.torch;

namespace PeftSharp.Kernels;

/// <summary>A linear layer for a few rows, as generation asks for it: the weight is read once, in order, as fast as memory gives it.</summary>
/// <remarks>libtorch's products of matrices are made for many rows; with one to eight they read memory at a third to a half of its speed. Sums are in float32.</remarks>
internal static unsafe class FewRowsLinear
{
    private const int MostRows = 16, RowsAtOnce = 4, Grain = 64, InputsAtOnce = 4, ColumnsAtOnce = 64, PrefetchAhead = 12;
    private const long LeastWeights = 1 << 15;                     // below that the call itself is what takes the time

    /// <summary>Whether this processor and this libtorch have what it is made for: vectors of 512 bits and their 32 registers, and libtorch's threads.</summary>
    internal static bool IsAvailable => Vector512.IsHardwareAccelerated && NativeThreads.IsAvailable;

    /// <summary>Whether it computes this call: few rows, no gradients, on the processor, in one type that it knows.</summary>
    /// <param name="x">Float [..., inputs].</param>
    /// <param name="weight">Float [outputs, inputs] or [inputs, outputs].</param>
    /// <param name="bias">Float [outputs], or null.</param>
    internal static bool Takes(Tensor x, Tensor weight, Tensor? bias) =>
        FastPaths.FewRowsLinear && IsAvailable && !is_grad_enabled() && x.device_type == TorchSharp.DeviceType.CPU
        && x.dtype is ScalarType.Float32 or ScalarType.BFloat16 && weight.dtype == x.dtype && (bias is null || bias.dtype == x.dtype)
        && x.numel() is > 0 and var numbers && numbers <= MostRows * x.shape[^1] && weight.numel() >= LeastWeights && weight.is_contiguous();

    /// <summary>x·Wᵀ + b, or x·W + b.</summary>
    /// <param name="x">Float [..., inputs]; <see cref="Takes"/> it.</param>
    /// <param name="weight">Float [outputs, inputs], or [inputs, outputs] where <paramref name="isTransposed"/>.</param>
    /// <param name="bias">Float [outputs], or null.</param>
    /// <param name="isTransposed">Whether the weight is stored the other way round, as GPT-2's.</param>
    /// <returns>Float [..., outputs].</returns>
    internal static Tensor Apply(Tensor x, Tensor weight, Tensor? bias, bool isTransposed)
    {
        using var scope = NewDisposeScope();
        var (inputs, outputs) = (weight.shape[isTransposed ? 0 : 1], weight.shape[isTransposed ? 1 : 0]);
        var rows = (int)(x.numel() / inputs);
        var from = x.to(ScalarType.Float32).reshape(rows, inputs).contiguous();
        var to = bias is null ? zeros(rows, outputs) : bias.to(ScalarType.Float32).unsqueeze(0).repeat(rows, 1);      // a copy, always: it is written into
        fixed (byte* input = from.bytes, output = to.bytes)
        {
            var product = new Product { X = (float*)input, Y = (float*)output, W = (void*)TensorMemory.Pointer(weight), Rows = rows, Inputs = (int)inputs, Outputs = (int)outputs };
            var isHalf = x.dtype == ScalarType.BFloat16;
            NativeThreads.For((int)outputs, Grain, ref product, isTransposed ? isHalf ? &AddColumns<ushort> : &AddColumns<float> : isHalf ? &Dot<ushort> : &Dot<float>);
        }
        return to.to(x.dtype).reshape([.. x.shape[..^1], outputs]).MoveToOuterDisposeScope();
    }

    private struct Product
    {
        internal float* X, Y;
        internal void* W;
        internal int Rows, Inputs, Outputs;
    }

    /// <summary>Each output is the product of a row of the weight with each row of the input.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Dot<T>(void* arguments, int from, int to) where T : unmanaged
    {
        var p = (Product*)arguments;
        var vectors = p->Inputs - p->Inputs % Vector512<float>.Count;
        for (var o = from; o < to; o++)
        {
            var w = (T*)p->W + (long)o * p->Inputs;
            var row = 0;
            for (; row + RowsAtOnce <= p->Rows; row += RowsAtOnce)
            {
                var x = p->X + (long)row * p->Inputs;
                Vector512<float> a = default, b = default, c = default, d = default;
                for (var i = 0; i < vectors; i += Vector512<float>.Count)
                {
                    var weights = Load(w + i);
                    a = Vector512.FusedMultiplyAdd(weights, Vector512.Load(x + i), a);
                    b = Vector512.FusedMultiplyAdd(weights, Vector512.Load(x + p->Inputs + i), b);
                    c = Vector512.FusedMultiplyAdd(weights, Vector512.Load(x + 2 * p->Inputs + i), c);
                    d = Vector512.FusedMultiplyAdd(weights, Vector512.Load(x + 3 * p->Inputs + i), d);
                }
                var y = p->Y + (long)row * p->Outputs + o;
                y[0] += Vector512.Sum(a) + Rest(w, x, vectors, p->Inputs);
                y[p->Outputs] += Vector512.Sum(b) + Rest(w, x + p->Inputs, vectors, p->Inputs);
                y[2 * p->Outputs] += Vector512.Sum(c) + Rest(w, x + 2 * p->Inputs, vectors, p->Inputs);
                y[3 * p->Outputs] += Vector512.Sum(d) + Rest(w, x + 3 * p->Inputs, vectors, p->Inputs);
            }
            for (; row < p->Rows; row++)
            {
                var x = p->X + (long)row * p->Inputs;
                Vector512<float> a = default, b = default;          // two sums: one would wait for itself
                var i = 0;
                for (; i + 2 * Vector512<float>.Count <= vectors; i += 2 * Vector512<float>.Count)
                {
                    a = Vector512.FusedMultiplyAdd(Load(w + i), Vector512.Load(x + i), a);
                    b = Vector512.FusedMultiplyAdd(Load(w + i + Vector512<float>.Count), Vector512.Load(x + i + Vector512<float>.Count), b);
                }
                for (; i < vectors; i += Vector512<float>.Count) a = Vector512.FusedMultiplyAdd(Load(w + i), Vector512.Load(x + i), a);
                p->Y[(long)row * p->Outputs + o] += Vector512.Sum(a + b) + Rest(w, x, vectors, p->Inputs);
            }
        }
    }

    /// <summary>Each row of the weight, times the input's number for it, is added to the outputs.</summary>
    private static void AddColumns<T>(void* arguments, int from, int to) where T : unmanaged
    {
        var p = (Product*)arguments;
        var blockRows = p->Rows - p->Rows % RowsAtOnce;
        var column = from;
        for (; blockRows > 0 && column + ColumnsAtOnce <= to; column += ColumnsAtOnce)
            for (var row = 0; row < blockRows; row += RowsAtOnce) AddBlock<T>(p, row, column);       // for the second four rows the weights are in the cache
        if (column < to) AddStretch<T>(p, 0, blockRows, column, to);
        AddStretch<T>(p, blockRows, p->Rows, from, to);
    }

    /// <summary>Four rows by four vectors of columns: the sums stay in registers, the weight is read a piece of each of its rows at a time, asked for ahead.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void AddBlock<T>(Product* p, int row, int column) where T : unmanaged
    {
        var x = p->X + (long)row * p->Inputs;
        var w = (T*)p->W + column;
        Vector512<float> a0 = default, a1 = default, a2 = default, a3 = default, b0 = default, b1 = default, b2 = default, b3 = default;
        Vector512<float> c0 = default, c1 = default, c2 = default, c3 = default, d0 = default, d1 = default, d2 = default, d3 = default;
        for (var k = 0; k < p->Inputs; k++)
        {
            if (Sse.IsSupported)
                for (var line = 0; line < ColumnsAtOnce * sizeof(T); line += 64) Sse.Prefetch0((byte*)(w + (long)PrefetchAhead * p->Outputs) + line);     // beyond the end it does nothing
            var (w0, w1, w2, w3) = (Load(w), Load(w + 16), Load(w + 32), Load(w + 48));
            var number = Vector512.Create(x[k]);
            (a0, a1) = (Vector512.FusedMultiplyAdd(w0, number, a0), Vector512.FusedMultiplyAdd(w1, number, a1));
            (a2, a3) = (Vector512.FusedMultiplyAdd(w2, number, a2), Vector512.FusedMultiplyAdd(w3, number, a3));
            number = Vector512.Create(x[p->Inputs + k]);
            (b0, b1) = (Vector512.FusedMultiplyAdd(w0, number, b0), Vector512.FusedMultiplyAdd(w1, number, b1));
            (b2, b3) = (Vector512.FusedMultiplyAdd(w2, number, b2), Vector512.FusedMultiplyAdd(w3, number, b3));
            number = Vector512.Create(x[2 * p->Inputs + k]);
            (c0, c1) = (Vector512.FusedMultiplyAdd(w0, number, c0), Vector512.FusedMultiplyAdd(w1, number, c1));
            (c2, c3) = (Vector512.FusedMultiplyAdd(w2, number, c2), Vector512.FusedMultiplyAdd(w3, number, c3));
            number = Vector512.Create(x[3 * p->Inputs + k]);
            (d0, d1) = (Vector512.FusedMultiplyAdd(w0, number, d0), Vector512.FusedMultiplyAdd(w1, number, d1));
            (d2, d3) = (Vector512.FusedMultiplyAdd(w2, number, d2), Vector512.FusedMultiplyAdd(w3, number, d3));
            w += p->Outputs;
        }
        Add(p, row, column, a0, a1, a2, a3);
        Add(p, row + 1, column, b0, b1, b2, b3);
        Add(p, row + 2, column, c0, c1, c2, c3);
        Add(p, row + 3, column, d0, d1, d2, d3);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]                   // a call would put all the sums on the stack in each turn of the loop
    private static void Add(Product* p, int row, int column, Vector512<float> first, Vector512<float> second, Vector512<float> third, Vector512<float> fourth)
    {
        var y = p->Y + (long)row * p->Outputs + column;
        (Vector512.Load(y) + first).Store(y);
        (Vector512.Load(y + 16) + second).Store(y + 16);
        (Vector512.Load(y + 32) + third).Store(y + 32);
        (Vector512.Load(y + 48) + fourth).Store(y + 48);
    }

    /// <summary>A few rows over a stretch of columns: four rows of the weight at a time, each read in order, so that the outputs are touched less often.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void AddStretch<T>(Product* p, int firstRow, int endRow, int from, int to) where T : unmanaged
    {
        if (firstRow == endRow) return;
        var vectors = from + (to - from) / Vector512<float>.Count * Vector512<float>.Count;
        var k = 0;
        for (; k + InputsAtOnce <= p->Inputs; k += InputsAtOnce)
        {
            var w = (T*)p->W + (long)k * p->Outputs;
            for (var row = firstRow; row < endRow; row++)
            {
                var x = p->X + (long)row * p->Inputs + k;
                var y = p->Y + (long)row * p->Outputs;
                var (a, b, c, d) = (Vector512.Create(x[0]), Vector512.Create(x[1]), Vector512.Create(x[2]), Vector512.Create(x[3]));
                for (var o = from; o < vectors; o += Vector512<float>.Count)
                {
                    if (Sse.IsSupported && row == firstRow)
                        for (var next = 0; next < InputsAtOnce; next++) Sse.Prefetch0(w + (long)(InputsAtOnce + next) * p->Outputs + o);
                    var first = Vector512.FusedMultiplyAdd(Load(w + p->Outputs + o), b, Vector512.FusedMultiplyAdd(Load(w + o), a, Vector512.Load(y + o)));
                    Vector512.FusedMultiplyAdd(Load(w + 3 * p->Outputs + o), d, Vector512.FusedMultiplyAdd(Load(w + 2 * p->Outputs + o), c, first)).Store(y + o);
                }
                for (var o = vectors; o < to; o++) y[o] += x[0] * Number(w + o) + x[1] * Number(w + p->Outputs + o) + x[2] * Number(w + 2 * p->Outputs + o) + x[3] * Number(w + 3 * p->Outputs + o);
            }
        }
        for (; k < p->Inputs; k++)
        {
            var w = (T*)p->W + (long)k * p->Outputs;
            for (var row = firstRow; row < endRow; row++)
                for (var o = from; o < to; o++) p->Y[(long)row * p->Outputs + o] += p->X[(long)row * p->Inputs + k] * Number(w + o);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]                   // for the same reason
    private static float Rest<T>(T* w, float* x, int from, int to) where T : unmanaged
    {
        var sum = 0f;
        for (var i = from; i < to; i++) sum += Number(w + i) * x[i];
        return sum;
    }

    /// <summary>Sixteen weights as float32; a bfloat16 is the upper half of one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Load<T>(T* at) where T : unmanaged
    {
        if (typeof(T) == typeof(float)) return Vector512.Load((float*)at);
        var halves = Vector256.Load((ushort*)at);
        if (Avx512F.IsSupported) return (Avx512F.ConvertToVector512UInt32(halves) << 16).AsSingle();
        return (Vector512.Create(Vector256.WidenLower(halves), Vector256.WidenUpper(halves)) << 16).AsSingle();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float Number<T>(T* at) where T : unmanaged => typeof(T) == typeof(float) ? *(float*)at : BitConverter.UInt32BitsToSingle((uint)*(ushort*)at << 16);
}
