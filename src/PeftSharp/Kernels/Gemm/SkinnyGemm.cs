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
    private const int Grain = 64, MinOutputs = VectorPair.Count, MaxNarrowRows = 1024;
    private const long MinWeights = 1 << 15;                     // for fewer weights the overhead of the call dominates

    /// <summary>Whether this processor and this libtorch are supported: vectors of at least 256 bits, and libtorch's thread
    /// pool.</summary>
    internal static bool IsAvailable => Lanes.IsFast;

    /// <summary>Whether the kernels with 512-bit vectors and their 32 registers are used.</summary>
    private static bool IsWide => Vector512.IsHardwareAccelerated;

    /// <summary>Whether this kernel supports the call: few rows, no gradients, on the CPU, all tensors float32 or all bfloat16.</summary>
    /// <param name="x">Float [..., inputs].</param>
    /// <param name="weight">Float [outputs, inputs] or [inputs, outputs].</param>
    /// <param name="bias">Float [outputs], or null.</param>
    /// <param name="isTransposed">Whether the weight is [inputs, outputs] (GPT-2's Conv1D). If not, <c>inputs</c> must be a multiple of
    /// 32.</param>
    internal static bool CanRun(Tensor x, Tensor weight, Tensor? bias, bool isTransposed) =>
        FastPaths.SmallBatchLinear && IsAvailable && !is_grad_enabled() && x.device_type == TorchSharp.DeviceType.CPU
        && x.dtype is ScalarType.Float32 or ScalarType.BFloat16 && weight.dtype == x.dtype && weight.device_type == x.device_type
        && (bias is null || (bias.dtype == x.dtype && bias.device_type == x.device_type))
        && x.numel() is > 0 and var values && x.shape[^1] is var inputs && values <= MaxRowsOf(x.dtype) * inputs
        && weight.numel() is >= MinWeights and var weights && weights / inputs >= MinOutputs
        && weight.size(isTransposed ? 0 : 1) == inputs && (isTransposed || inputs % VectorPair.Count == 0) && weight.is_contiguous();

    /// <summary>
    /// Maximum number of rows. libtorch's bfloat16 matrix products are slow on processors without 512-bit vectors, so this kernel also
    /// computes more rows, 16 at a time.
    /// </summary>
    private static int MaxRowsOf(ScalarType type) =>
        type == ScalarType.BFloat16 && !IsWide ? MaxNarrowRows : SkinnyGemmArguments.MaxRows;

    /// <summary>x·Wᵀ + b, or x·W + b.</summary>
    /// <param name="x">Float [..., inputs]; <see cref="CanRun"/> must be true for the call.</param>
    /// <param name="weight">Float [outputs, inputs], or [inputs, outputs] if <paramref name="isTransposed"/>.</param>
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
        Debug.Assert(rows > 0 && rows <= MaxRowsOf(x.dtype) && weight.is_contiguous()
            && weight.size(isTransposed ? 0 : 1) == inputs, "The shapes do not match.");
        Debug.Assert(outputs >= MinOutputs && (isTransposed || inputs % VectorPair.Count == 0), "The loops read whole vectors.");
        Debug.Assert(weight.dtype == x.dtype && (bias is null || (bias.dtype == x.dtype && bias.numel() == outputs)),
            "One type, one bias per output.");
        var product = new SkinnyGemmArguments
        {
            W = TensorMemory.Pointer(weight), Bias = bias is null ? null : TensorMemory.Pointer(contiguousBias ?? bias),
            Inputs = inputs, Outputs = outputs,
        };
        var from = TensorMemory.Pointer(contiguousX ?? x);
        if (x.dtype == ScalarType.Float32) RunRows(product, rows, (float*)from, (float*)TensorMemory.Pointer(result), isTransposed);
        else RunRows(product, rows, (ushort*)from, (ushort*)TensorMemory.Pointer(result), isTransposed);
        return result.MoveToOuterDisposeScope();
    }

    private static void RunRows<T>(SkinnyGemmArguments product, int rows, T* x, T* result, bool isTransposed) where T : unmanaged
    {
        for (var first = 0; first < rows; first += SkinnyGemmArguments.MaxRows)
        {
            product.Rows = Math.Min(rows - first, SkinnyGemmArguments.MaxRows);
            product.Blocks = new RowBlocks(product.Rows);
            product.Result = result + (long)first * product.Outputs;
            Run(ref product, x + (long)first * product.Inputs, isTransposed);
        }
    }

    private static void Run<T>(ref SkinnyGemmArguments product, T* x, bool isTransposed) where T : unmanaged
    {
        var packedSize = (long)product.Blocks.Rows * product.Inputs;
        var memory = Scratch.OfCall((nint)(packedSize + (typeof(T) == typeof(float) || !isTransposed ? 0 : product.Rows * product.Inputs)));
        product.X = memory;
        Pack(ref product, x, memory + packedSize, isTransposed);
        NativeThreads.For(product.Outputs, Grain, ref product, isTransposed ? &MultiplyTransposed<T> : &Multiply<T>);
    }

    /// <summary>Packs the input in the order in which the kernels read it.</summary>
    /// <param name="product">The operands; the memory of the packed input is large enough for all blocks of rows.</param>
    /// <param name="input">The input, [rows, inputs].</param>
    /// <param name="wide">Room for the input in float32, used if the weight is transposed and bfloat16.</param>
    /// <param name="isTransposed">Whether the weight is [inputs, outputs].</param>
    internal static void Pack<T>(ref SkinnyGemmArguments product, T* input, float* wide, bool isTransposed) where T : unmanaged
    {
        if (!isTransposed)
        {
            if (IsWide) Gemv.Pack(ref product, input);
            else NarrowGemv.Pack(ref product, input);
            return;
        }
        if (typeof(T) == typeof(float)) wide = (float*)input;
        else Lanes.Convert(input, wide, (long)product.Rows * product.Inputs);
        if (IsWide) GemvTransposed.Pack(ref product, wide);
        else NarrowGemvTransposed.Pack(ref product, wide);
    }

    /// <summary>Computes the outputs from <paramref name="from"/> to <paramref name="to"/> (exclusive); W is [outputs, inputs].</summary>
    internal static void Multiply<T>(void* product, int from, int to) where T : unmanaged
    {
        if (IsWide) Gemv.Run<T>(product, from, to);
        else NarrowGemv.Run<T>(product, from, to);
    }

    /// <summary>Computes the outputs from <paramref name="from"/> to <paramref name="to"/> (exclusive); W is [inputs, outputs].</summary>
    internal static void MultiplyTransposed<T>(void* product, int from, int to) where T : unmanaged
    {
        if (IsWide) GemvTransposed.Run<T>(product, from, to);
        else NarrowGemvTransposed.Run<T>(product, from, to);
    }
}
