using System.Runtime.Intrinsics;
using static TorchSharp.torch;

namespace PeftSharp.Kernels;

/// <summary>A linear layer for a few rows, as generation asks for it: the weight is read once, in order, as fast as memory gives it.</summary>
/// <remarks>libtorch's products of matrices are made for many rows; with one to eight they read memory at a third to a half of its speed. Sums are in float32.</remarks>
internal static unsafe class FewRowsLinear
{
    private const int MostRows = 16, Grain = 64;
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
        long[] shape = x.shape;
        var (inputs, outputs) = ((int)shape[^1], (int)weight.shape[isTransposed ? 1 : 0]);
        var rows = (int)(x.numel() / inputs);
        var blocks = new RowBlocks(rows);
        shape[^1] = outputs;
        var result = empty(shape, x.dtype);
        // Rows of sums begin half a kilobyte apart in a page, rows of the input a line: read side by side, they would otherwise push each other out of the cache.
        var (xStride, yStride) = (isTransposed ? inputs + FewRowsProduct.Lane : inputs, (outputs + 1023) / 1024 * 1024 + 128);
        var numbers = empty(blocks.Rows * ((long)xStride + yStride), ScalarType.Float32);
        var packed = (float*)TensorMemory.Pointer(numbers);
        var product = new FewRowsProduct
        {
            X = packed, Y = packed + (long)blocks.Rows * xStride, W = (void*)TensorMemory.Pointer(weight), Result = (void*)TensorMemory.Pointer(result),
            Blocks = blocks, Rows = rows, Inputs = inputs, Outputs = outputs, XStride = xStride, YStride = yStride,
        };
        using var ordered = x.is_contiguous() ? null : x.contiguous();
        using var straight = bias is null || bias.is_contiguous() ? null : bias.contiguous();
        var from = (void*)TensorMemory.Pointer(ordered ?? x);
        if (bias is not null) product.Bias = (void*)TensorMemory.Pointer(straight ?? bias);
        if (x.dtype == ScalarType.Float32) Run<float>(ref product, from, isTransposed);
        else Run<ushort>(ref product, from, isTransposed);
        return result.MoveToOuterDisposeScope();
    }

    private static void Run<T>(ref FewRowsProduct product, void* x, bool isTransposed) where T : unmanaged
    {
        if (isTransposed) product.PackRows((T*)x);
        else product.PackVectors((T*)x);
        NativeThreads.For(product.Outputs, Grain, ref product, isTransposed ? &Columns<T> : &Rows<T>);
    }

    private static void Rows<T>(void* arguments, int from, int to) where T : unmanaged
    {
        var p = (FewRowsProduct*)arguments;
        p->Begin<T>(from, to);
        RowProducts.Add<T>(p, from, to);
        p->End<T>(from, to);
    }

    private static void Columns<T>(void* arguments, int from, int to) where T : unmanaged
    {
        var p = (FewRowsProduct*)arguments;
        p->Begin<T>(from, to);
        ColumnProducts.Add<T>(p, from, to);
        p->End<T>(from, to);
    }
}
