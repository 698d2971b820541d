using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using PeftSharp.Native;
using static TorchSharp.torch;

namespace PeftSharp.Kernels;

/// <summary>RMS normalization, x / √(mean(x²) + ε) · w, with one pass over each row, forward and backward.</summary>
/// <remarks>
/// Sums and products are float32. LLaMA rounds the normalized row to the type of x before it multiplies by w; Gemma multiplies by 1 + w
/// before it rounds. The backward pass computes the root mean square again instead of saving it, so only x is kept.
/// </remarks>
internal static unsafe class FusedRmsNorm
{
    /// <summary>Whether this kernel supports the call: contiguous float32 or bfloat16 on the CPU.</summary>
    /// <param name="x">Float [..., width].</param>
    /// <param name="weight">Float [width].</param>
    internal static bool CanRun(Tensor x, Tensor weight) =>
        FastPaths.RmsNorm && Lanes.IsFast && Lanes.CanRun(x) && x.is_contiguous() && x.dim() > 0 && weight.dim() == 1
        && weight.shape[0] == x.shape[^1] && weight.device_type == x.device_type
        && (weight.dtype == x.dtype || weight.dtype == ScalarType.Float32) && weight.is_contiguous();

    /// <param name="x">Float [..., width]; <see cref="CanRun"/> must be true for the call.</param>
    /// <param name="weight">w, float [width].</param>
    /// <param name="epsilon">ε.</param>
    /// <param name="hasUnitOffset">
    /// Whether to multiply by 1 + w (Gemma). The normalized row then stays float32 until after this multiplication.
    /// </param>
    /// <returns>As <paramref name="x"/>.</returns>
    internal static Tensor Apply(Tensor x, Tensor weight, double epsilon, bool hasUnitOffset)
    {
        if (is_grad_enabled() && (x.requires_grad || weight.requires_grad))
            return Function.apply(x, weight, new Settings((float)epsilon, hasUnitOffset, weight.requires_grad));
        return Compute(x, weight, new Settings((float)epsilon, hasUnitOffset, false));
    }

    private static Tensor Compute(Tensor x, Tensor weight, Settings settings)
    {
        var result = empty_like(x);
        Run(x, weight, settings, null, result, null);
        return result;
    }

    /// <summary>Runs the forward pass, or with a gradient the backward pass.</summary>
    private static void Run(Tensor x, Tensor weight, Settings settings, Tensor? gradient, Tensor result, Tensor? weightGradient)
    {
        var width = (int)x.shape[^1];
        var rows = (int)(x.numel() / width);
        Debug.Assert(x.is_contiguous() && weight.numel() == width && result.is_contiguous() && result.dtype == x.dtype, "Contiguous rows.");
        Debug.Assert(gradient is null || (gradient.is_contiguous() && gradient.dtype == x.dtype && gradient.numel() == x.numel()),
            "The gradient is like x.");
        // Each part has its own sums of the weight's gradient.
        var parts = Math.Min(get_num_threads(), rows);
        var stride = (int)Scratch.WholeLines(width);
        var memory = Scratch.OfCall((nint)stride * (weightGradient is null ? 1 : 1 + parts));
        if (weight.dtype == ScalarType.Float32) LoadFactors((float*)TensorMemory.Pointer(weight), memory, width, settings.HasUnitOffset);
        else LoadFactors((ushort*)TensorMemory.Pointer(weight), memory, width, settings.HasUnitOffset);
        var call = new Call
        {
            X = TensorMemory.Pointer(x), Gradient = gradient is null ? null : TensorMemory.Pointer(gradient),
            Result = TensorMemory.Pointer(result), Factors = memory, Sums = weightGradient is null ? null : memory + stride,
            Rows = rows, Width = width, Parts = parts, SumsStride = stride, Epsilon = settings.Epsilon,
            HasUnitOffset = settings.HasUnitOffset,
        };
        var isSingle = x.dtype == ScalarType.Float32;
        if (gradient is null) NativeThreads.For(parts, 1, ref call, isSingle ? &Forward<float> : &Forward<ushort>);
        else NativeThreads.For(parts, 1, ref call, isSingle ? &Backward<float> : &Backward<ushort>);
        if (weightGradient is null) return;
        for (var part = 1; part < parts; part++)
            for (var i = 0; i < width; i++) call.Sums[i] += call.Sums[part * stride + i];
        new ReadOnlySpan<float>(call.Sums, width).CopyTo(new Span<float>(TensorMemory.Pointer(weightGradient), width));
    }

    private static void LoadFactors<T>(T* weight, float* factors, int width, bool hasUnitOffset) where T : unmanaged
    {
        for (var i = 0; i < width; i++) factors[i] = Lanes.ToSingle(weight + i) + (hasUnitOffset ? 1 : 0);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Forward<T>(void* arguments, int from, int to) where T : unmanaged
    {
        var p = (Call*)arguments;
        for (var (row, end) = p->RowsOf(from, to); row < end; row++)
        {
            var x = (T*)p->X + (long)row * p->Width;
            var line = new Line<T>
            {
                X = x, Result = (T*)p->Result + (long)row * p->Width, Factors = p->Factors, Scale = Inverse(p, x),
                Rounds = !p->HasUnitOffset,
            };
            ElementLoop.Run<Normalize<T>, Line<T>>(line, 0, p->Width);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Backward<T>(void* arguments, int from, int to) where T : unmanaged
    {
        var p = (Call*)arguments;
        for (var part = from; part < to; part++)
        {
            var sums = p->Sums is null ? null : p->Sums + (long)part * p->SumsStride;
            if (sums is not null) new Span<float>(sums, p->Width).Clear();
            for (var (row, end) = p->RowsOf(part, part + 1); row < end; row++)
            {
                var at = (long)row * p->Width;
                var line = new Line<T>
                {
                    X = (T*)p->X + at, Gradient = (T*)p->Gradient + at, Result = (T*)p->Result + at, Factors = p->Factors, Sums = sums,
                    Scale = Inverse(p, (T*)p->X + at), Rounds = !p->HasUnitOffset,
                };
                line.Mean = Vector256.Sum(ElementLoop.Reduce<Project<T>, Line<T>>(line, 0, p->Width, Vector256<float>.Zero)) * line.Scale
                    / p->Width;
                ElementLoop.Run<Differentiate<T>, Line<T>>(line, 0, p->Width);
            }
        }
    }

    /// <summary>1 / √(mean(x²) + ε).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float Inverse<T>(Call* p, T* x) where T : unmanaged
    {
        var line = new Line<T> { X = x };
        var sum = Vector256.Sum(ElementLoop.Reduce<Square<T>, Line<T>>(line, 0, p->Width, Vector256<float>.Zero));
        return 1 / MathF.Sqrt(sum / p->Width + p->Epsilon);
    }

    private readonly struct Square<T> : IReductionKernel<Line<T>> where T : unmanaged
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector256<float> Run(in Line<T> p, nint index, int count, Vector256<float> accumulator)
        {
            var x = Lanes.Load(p.X + index, count);
            return Vector256.FusedMultiplyAdd(x, x, accumulator);
        }
    }

    private readonly struct Normalize<T> : IElementKernel<Line<T>> where T : unmanaged
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Run(in Line<T> p, nint index, int count)
        {
            var normalized = Lanes.Load(p.X + index, count) * p.Scale;
            if (p.Rounds) normalized = Lanes.Round<T>(normalized);
            Lanes.Store(normalized * Lanes.Load(p.Factors + index, count), p.Result + index, count);
        }
    }

    /// <summary>Σ gradient · factor · x.</summary>
    private readonly struct Project<T> : IReductionKernel<Line<T>> where T : unmanaged
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector256<float> Run(in Line<T> p, nint index, int count, Vector256<float> accumulator) =>
            Vector256.FusedMultiplyAdd(Lanes.Load(p.Gradient + index, count) * Lanes.Load(p.Factors + index, count),
                Lanes.Load(p.X + index, count), accumulator);
    }

    /// <summary>The gradient of x, and the row's part of the gradient of the weight.</summary>
    private readonly struct Differentiate<T> : IElementKernel<Line<T>> where T : unmanaged
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Run(in Line<T> p, nint index, int count)
        {
            var gradient = Lanes.Load(p.Gradient + index, count);
            var normalized = Lanes.Load(p.X + index, count) * p.Scale;
            if (p.Sums is not null)
                Lanes.Store(Vector256.FusedMultiplyAdd(gradient, p.Rounds ? Lanes.Round<T>(normalized) : normalized,
                    Lanes.Load(p.Sums + index, count)), p.Sums + index, count);
            var scaled = gradient * Lanes.Load(p.Factors + index, count) - normalized * p.Mean;
            Lanes.Store(scaled * p.Scale, p.Result + index, count);
        }
    }

    private sealed record Settings(float Epsilon, bool HasUnitOffset, bool TrainsWeight);

    private sealed class Function : GradientFunction<Function>
    {
        protected override Tensor Forward(object[] arguments, out Tensor[] save, out object? keep)
        {
            var (x, weight, settings) = ((Tensor)arguments[0], (Tensor)arguments[1], (Settings)arguments[2]);
            (save, keep) = ([x.alias(), weight.alias()], settings);
            return Compute(x, weight, settings);
        }

        protected override Tensor?[] Backward(IReadOnlyList<Tensor> saved, object? kept, Tensor gradient)
        {
            var (x, weight, settings) = (saved[0], saved[1], (Settings)kept!);
            var result = empty_like(x);
            var sums = settings.TrainsWeight ? empty(weight.shape, ScalarType.Float32) : null;
            Run(x, weight, settings, gradient.contiguous(), result, sums);
            return [result, sums?.to(weight.dtype), null];
        }
    }

    private struct Call
    {
        internal void* X, Gradient, Result;
        internal float* Factors, Sums;
        internal int Rows, Width, Parts, SumsStride;
        internal float Epsilon;
        internal bool HasUnitOffset;

        /// <summary>The rows of the parts from <paramref name="from"/> to <paramref name="to"/> (exclusive).</summary>
        internal readonly (int From, int To) RowsOf(int from, int to) =>
            ((int)((long)Rows * from / Parts), (int)((long)Rows * to / Parts));
    }

    /// <summary>Operands of one row.</summary>
    private struct Line<T> where T : unmanaged
    {
        internal T* X, Gradient, Result;
        internal float* Factors, Sums;
        internal float Scale, Mean;
        internal bool Rounds;
    }
}
