using System.Diagnostics;
using System.Runtime.Intrinsics;
using PeftSharp.Native;
using static TorchSharp.torch;

namespace PeftSharp.Kernels;

/// <summary>A linear layer for a few rows, as generation asks for it: the weight is read once, as fast as memory gives it.</summary>
/// <remarks>libtorch's products of matrices are made for many rows; with one to eight they read memory at a third to a half of its speed. Sums are in float32.</remarks>
internal static unsafe class SkinnyGemm
{
    private const int Grain = 64, LeastOutputs = VectorPair.Count;
    private const long LeastWeights = 1 << 15;                     // below that the call itself is what takes the time

    /// <summary>Whether this processor and this libtorch have what it is made for: vectors of 512 bits and their 32 registers, and libtorch's threads.</summary>
    internal static bool IsAvailable => Vector512.IsHardwareAccelerated && NativeThreads.IsAvailable;

    /// <summary>Whether it computes this call: few rows, no gradients, on the processor, in one type that it knows.</summary>
    /// <param name="x">Float [..., inputs].</param>
    /// <param name="weight">Float [outputs, inputs] or [inputs, outputs].</param>
    /// <param name="bias">Float [outputs], or null.</param>
    /// <param name="isTransposed">Whether the weight is stored the other way round, as GPT-2's; if not, its rows must be whole pairs of vectors.</param>
    internal static bool CanRun(Tensor x, Tensor weight, Tensor? bias, bool isTransposed) =>
        FastPaths.FewRowsLinear && IsAvailable && !is_grad_enabled() && x.device_type == TorchSharp.DeviceType.CPU
        && x.dtype is ScalarType.Float32 or ScalarType.BFloat16 && weight.dtype == x.dtype && weight.device_type == x.device_type && (bias is null || (bias.dtype == x.dtype && bias.device_type == x.device_type))
        && x.numel() is > 0 and var numbers && x.shape[^1] is var inputs && numbers <= SkinnyGemmArguments.MostRows * inputs && weight.numel() is >= LeastWeights and var weights
        && weights / inputs >= LeastOutputs && weight.size(isTransposed ? 0 : 1) == inputs && (isTransposed || inputs % VectorPair.Count == 0) && weight.is_contiguous();

    /// <summary>x·Wᵀ + b, or x·W + b.</summary>
    /// <param name="x">Float [..., inputs]; <see cref="CanRun"/> it.</param>
    /// <param name="weight">Float [outputs, inputs], or [inputs, outputs] where <paramref name="isTransposed"/>.</param>
    /// <param name="bias">Float [outputs], or null.</param>
    /// <param name="isTransposed">Whether the weight is stored the other way round, as GPT-2's.</param>
    /// <returns>Float [..., outputs].</returns>
    internal static Tensor Apply(Tensor x, Tensor weight, Tensor? bias, bool isTransposed)
    {
        using var scope = NewDisposeScope();
        long[] shape = x.shape;
        var (inputs, outputs) = ((int)shape[^1], (int)weight.shape[isTransposed ? 1 : 0]);
        shape[^1] = outputs;
        var result = empty(shape, x.dtype);
        using var ordered = x.is_contiguous() ? null : x.contiguous();
        using var straight = bias is null || bias.is_contiguous() ? null : bias.contiguous();
        var rows = (int)(x.numel() / inputs);
        Debug.Assert(rows is > 0 and <= SkinnyGemmArguments.MostRows && weight.is_contiguous() && weight.size(isTransposed ? 0 : 1) == inputs, "The shapes do not fit.");
        Debug.Assert(outputs >= LeastOutputs && (isTransposed || inputs % VectorPair.Count == 0), "The loops read whole vectors.");
        Debug.Assert(weight.dtype == x.dtype && (bias is null || (bias.dtype == x.dtype && bias.numel() == outputs)), "One type, one bias per output.");
        var product = new SkinnyGemmArguments
        {
            W = (void*)TensorMemory.Pointer(weight), Bias = bias is null ? null : (void*)TensorMemory.Pointer(straight ?? bias), Result = (void*)TensorMemory.Pointer(result),
            Blocks = new RowBlocks(rows), Rows = rows, Inputs = inputs, Outputs = outputs,
        };
        if (x.dtype == ScalarType.Float32) Run<float>(ref product, ordered ?? x, isTransposed);
        else Run<ushort>(ref product, ordered ?? x, isTransposed);
        return result.MoveToOuterDisposeScope();
    }

    private static void Run<T>(ref SkinnyGemmArguments product, Tensor x, bool isTransposed) where T : unmanaged
    {
        var packed = (long)product.Blocks.Rows * product.Inputs;
        var memory = Scratch.OfCall((nint)(packed + (typeof(T) == typeof(float) || !isTransposed ? 0 : x.numel())));
        product.X = memory;
        var from = (void*)TensorMemory.Pointer(x);
        if (!isTransposed) Gemv.Pack(ref product, (T*)from);
        else if (typeof(T) == typeof(float)) GemvTransposed.Pack(ref product, (float*)from);
        else
        {
            Lanes.Convert((T*)from, memory + packed, x.numel());
            GemvTransposed.Pack(ref product, memory + packed);
        }
        NativeThreads.For(product.Outputs, Grain, ref product, isTransposed ? &GemvTransposed.Run<T> : &Gemv.Run<T>);
    }
}
