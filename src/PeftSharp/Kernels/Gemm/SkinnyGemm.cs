using System.Diagnostics;
using System.Runtime.Intrinsics;
using PeftSharp.Native;
using static TorchSharp.torch;

namespace PeftSharp.Kernels;

/// <summary>A linear layer for a few rows, as in generation: reads the weight once, at memory bandwidth.</summary>
/// <remarks>libtorch's GEMM is optimized for many rows; with one to eight it reaches a third to a half of the memory bandwidth. Float32
/// or bfloat16 with sums in float32.</remarks>
internal static unsafe class SkinnyGemm
{
    private const int Grain = 64, MinOutputs = VectorPair.Count;
    private const long MinWeights = 1 << 15;                     // for fewer weights the overhead of the call dominates

    /// <summary>Whether this processor and this libtorch are supported: 512-bit vectors with their 32 registers, and libtorch's thread
    /// pool.</summary>
    internal static bool IsAvailable => Vector512.IsHardwareAccelerated && NativeThreads.IsAvailable;

    /// <summary>Whether this call can be computed here: few rows, no gradients, on the CPU, all tensors float32 or all bfloat16.</summary>
    /// <param name="x">Float [..., inputs].</param>
    /// <param name="weight">Float [outputs, inputs] or [inputs, outputs].</param>
    /// <param name="bias">Float [outputs], or null.</param>
    /// <param name="isTransposed">Whether the weight is [inputs, outputs] (GPT-2's Conv1D). If not, <c>inputs</c> must be a multiple of
    /// 32.</param>
    internal static bool CanRun(Tensor x, Tensor weight, Tensor? bias, bool isTransposed) =>
        FastPaths.FewRowsLinear && IsAvailable && !is_grad_enabled() && x.device_type == TorchSharp.DeviceType.CPU
        && x.dtype is ScalarType.Float32 or ScalarType.BFloat16 && weight.dtype == x.dtype && weight.device_type == x.device_type
        && (bias is null || (bias.dtype == x.dtype && bias.device_type == x.device_type))
        && x.numel() is > 0 and var values && x.shape[^1] is var inputs && values <= SkinnyGemmArguments.MaxRows * inputs
        && weight.numel() is >= MinWeights and var weights && weights / inputs >= MinOutputs
        && weight.size(isTransposed ? 0 : 1) == inputs && (isTransposed || inputs % VectorPair.Count == 0) && weight.is_contiguous();

    /// <summary>x·Wᵀ + b, or x·W + b.</summary>
    /// <param name="x">Float [..., inputs]; <see cref="CanRun"/> must be true for the call.</param>
    /// <param name="weight">Float [outputs, inputs], or [inputs, outputs] where <paramref name="isTransposed"/>.</param>
    /// <param name="bias">Float [outputs], or null.</param>
    /// <param name="isTransposed">Whether the weight is [inputs, outputs].</param>
    /// <returns>Float [..., outputs].</returns>
    internal static Tensor Apply(Tensor x, Tensor weight, Tensor? bias, bool isTransposed)
    {
        using var scope = NewDisposeScope();
        long[] shape = x.shape;
        var (inputs, outputs) = ((int)shape[^1], (int)weight.shape[isTransposed ? 1 : 0]);
        shape[^1] = outputs;
        var result = empty(shape, x.dtype);
        using var contiguousX = x.is_contiguous() ? null : x.contiguous();
        using var contiguousBias = bias is null || bias.is_contiguous() ? null : bias.contiguous();
        var rows = (int)(x.numel() / inputs);
        Debug.Assert(rows is > 0 and <= SkinnyGemmArguments.MaxRows && weight.is_contiguous()
            && weight.size(isTransposed ? 0 : 1) == inputs, "The shapes do not match.");
        Debug.Assert(outputs >= MinOutputs && (isTransposed || inputs % VectorPair.Count == 0), "The loops read whole vectors.");
        Debug.Assert(weight.dtype == x.dtype && (bias is null || (bias.dtype == x.dtype && bias.numel() == outputs)),
            "One type, one bias per output.");
        var product = new SkinnyGemmArguments
        {
            W = TensorMemory.Pointer(weight), Bias = bias is null ? null : TensorMemory.Pointer(contiguousBias ?? bias),
            Result = TensorMemory.Pointer(result), Blocks = new RowBlocks(rows), Rows = rows, Inputs = inputs, Outputs = outputs,
        };
        if (x.dtype == ScalarType.Float32) Run<float>(ref product, contiguousX ?? x, isTransposed);
        else Run<ushort>(ref product, contiguousX ?? x, isTransposed);
        return result.MoveToOuterDisposeScope();
    }

    private static void Run<T>(ref SkinnyGemmArguments product, Tensor x, bool isTransposed) where T : unmanaged
    {
        var packedSize = (long)product.Blocks.Rows * product.Inputs;
        var memory = Scratch.OfCall((nint)(packedSize + (typeof(T) == typeof(float) || !isTransposed ? 0 : x.numel())));
        product.X = memory;
        var from = TensorMemory.Pointer(x);
        if (!isTransposed) Gemv.Pack(ref product, (T*)from);
        else if (typeof(T) == typeof(float)) GemvTransposed.Pack(ref product, (float*)from);
        else
        {
            Lanes.Convert((T*)from, memory + packedSize, x.numel());
            GemvTransposed.Pack(ref product, memory + packedSize);
        }
        NativeThreads.For(product.Outputs, Grain, ref product, isTransposed ? &GemvTransposed.Run<T> : &Gemv.Run<T>);
    }
}
