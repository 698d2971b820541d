using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using static TorchSharp.torch;

namespace PeftSharp.Kernels;

/// <summary>The end of each half of an encoder's layer, norm(dropout(x) + input), in one pass over memory, forward and backward.</summary>
/// <remarks>Kept for the backward pass: the sum, its mean and spread by row, a bit an element of what is dropped. All is computed in float32.</remarks>
internal static unsafe class DropoutAddNorm
{
    private const int MostParts = 16;                              // of the rows, each with its own sums for the gain's gradient: the same whatever the number of threads

    /// <summary>Whether it computes this call.</summary>
    internal static bool Takes(Tensor x, Tensor input, Tensor gain, Tensor shift, double dropout) =>
        FastPaths.DropoutAddNorm && Lanes.Takes(x) && Lanes.IsFast && input.dtype == x.dtype && input.shape.SequenceEqual(x.shape)
        && gain.dtype == shift.dtype && (gain.dtype == ScalarType.Float32 || gain.dtype == x.dtype) && (dropout == 0 || (FastPaths.Dropout && dropout is > 0 and < 1));

    /// <param name="x">Float [batch, tokens, width].</param>
    /// <param name="input">As <paramref name="x"/>.</param>
    /// <param name="gain">Float [width].</param>
    /// <param name="shift">Float [width].</param>
    /// <param name="epsilon">Added to the variance.</param>
    /// <param name="dropout">Probability of an element of <paramref name="x"/> to become 0; 0 outside training.</param>
    /// <param name="tokens">Tokens of a row that are drawn for, where <paramref name="x"/> has only the first of them.</param>
    /// <returns>As <paramref name="x"/>.</returns>
    internal static Tensor Apply(Tensor x, Tensor input, Tensor gain, Tensor shift, double epsilon, double dropout, long tokens)
    {
        var settings = new Settings(epsilon, 1 - dropout, x.shape[1], tokens);
        if (is_grad_enabled() && (x.requires_grad || input.requires_grad || gain.requires_grad || shift.requires_grad)) return Function.apply(x, input, gain, shift, settings);
        using var scope = NewDisposeScope();
        return Forward(x, input, gain, shift, settings, out _).MoveToOuterDisposeScope();
    }

    private sealed record Settings(double Epsilon, double Keep, long Tokens, long DrawnTokens);

    private sealed class Function : GradientFunction<Function>
    {
        protected override Tensor Forward(object[] arguments, out Tensor[] save, out object? keep)
        {
            var (x, input, gain, shift) = ((Tensor)arguments[0], (Tensor)arguments[1], (Tensor)arguments[2], (Tensor)arguments[3]);
            keep = arguments[4];
            return DropoutAddNorm.Forward(x, input, gain, shift, (Settings)keep, out save);
        }

        protected override Tensor?[] Backward(IReadOnlyList<Tensor> saved, object? kept, Tensor gradient)
        {
            var (sum, moments, gain, bits) = (saved[0], saved[1], saved[2], saved.Count > 3 ? saved[3] : null);
            var rows = Rows((Settings)kept!, sum, moments, gain, bits);
            var ordered = gradient.contiguous();
            var inputGradient = empty_like(sum);
            var gradientOfX = bits is null ? inputGradient.alias() : empty_like(sum);
            rows.Parts = Math.Min(MostParts, rows.Count);
            var partial = zeros([rows.Parts, 2, rows.Width], ScalarType.Float32);
            var gains = gain.to(ScalarType.Float32).contiguous();
            rows.Gain = (float*)TensorMemory.Pointer(gains);
            rows.Gradient = (void*)TensorMemory.Pointer(ordered);
            rows.InputGradient = (void*)TensorMemory.Pointer(inputGradient);
            rows.GradientOfX = (void*)TensorMemory.Pointer(gradientOfX);
            rows.Partial = (float*)TensorMemory.Pointer(partial);
            NativeThreads.For(rows.Parts, 1, ref rows, sum.dtype == ScalarType.Float32 ? &Backward<float> : &Backward<ushort>);
            var sums = partial.sum([0L]).to(gain.dtype);
            return [gradientOfX, inputGradient, sums.select(0, 0), sums.select(0, 1), null];
        }
    }

    private static Tensor Forward(Tensor x, Tensor input, Tensor gain, Tensor shift, Settings settings, out Tensor[] save)
    {
        var (ordered, orderedInput) = (x.contiguous(), input.contiguous());
        var (sum, result, moments) = (empty_like(ordered), empty_like(ordered), empty([x.numel() / x.shape[^1], 2], ScalarType.Float32));
        var bits = settings.Keep < 1 ? BernoulliMask.Draw(x.numel() / settings.Tokens * settings.DrawnTokens, settings.Keep) : null;
        var rows = Rows(settings, sum, moments, gain, bits);
        rows.X = (void*)TensorMemory.Pointer(ordered);
        rows.Input = (void*)TensorMemory.Pointer(orderedInput);
        rows.Result = (void*)TensorMemory.Pointer(result);
        var (gains, shifts) = (gain.to(ScalarType.Float32).contiguous(), shift.to(ScalarType.Float32).contiguous());
        rows.Gain = (float*)TensorMemory.Pointer(gains);
        rows.Shift = (float*)TensorMemory.Pointer(shifts);
        NativeThreads.For(rows.Count, 1, ref rows, x.dtype == ScalarType.Float32 ? &Forward<float> : &Forward<ushort>);
        save = bits is null ? [sum, moments, gain.alias()] : [sum, moments, gain.alias(), bits];
        return result;
    }

    private static NormRows Rows(Settings settings, Tensor sum, Tensor moments, Tensor gain, Tensor? bits) => new()
    {
        Sum = (void*)TensorMemory.Pointer(sum), Moments = (float*)TensorMemory.Pointer(moments), Bits = bits is null ? null : (byte*)TensorMemory.Pointer(bits),
        Count = (int)moments.shape[0], Width = (int)gain.shape[0], Tokens = (int)settings.Tokens, DrawnTokens = (int)settings.DrawnTokens,
        Epsilon = (float)settings.Epsilon, Kept = BernoulliMask.Reciprocal(settings.Keep, sum.dtype),
    };

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Forward<T>(void* arguments, int from, int to) where T : unmanaged
    {
        var p = (NormRows*)arguments;
        for (var row = from; row < to; row++)
        {
            var (first, bit) = ((long)row * p->Width, p->FirstBit(row));
            var (x, input, sum, result) = ((nint)((T*)p->X + first), (nint)((T*)p->Input + first), (nint)((T*)p->Sum + first), (nint)((T*)p->Result + first));
            var total = Vector256<float>.Zero;
            for (var i = 0; i < p->Width; i += Lanes.Count)
            {
                var count = Math.Min(Lanes.Count, p->Width - i);
                var number = Lanes.Load((T*)x + i, count);
                if (p->Bits is not null) number *= Lanes.Where(p->Bits, bit + i) & Vector256.Create(p->Kept);
                Lanes.Store(number + Lanes.Load((T*)input + i, count), (T*)sum + i, count);
                total += Lanes.Load((T*)sum + i, count);                                    // as it is kept, rounded
            }
            var mean = Vector256.Sum(total) / p->Width;
            var squares = Vector256<float>.Zero;
            for (var i = 0; i < p->Width; i += Lanes.Count)
            {
                var count = Math.Min(Lanes.Count, p->Width - i);
                var distance = Lanes.First(count) & (Lanes.Load((T*)sum + i, count) - Vector256.Create(mean));
                squares = Vector256.FusedMultiplyAdd(distance, distance, squares);
            }
            var scale = 1 / MathF.Sqrt(Vector256.Sum(squares) / p->Width + p->Epsilon);
            (p->Moments[2 * row], p->Moments[2 * row + 1]) = (mean, scale);
            for (var i = 0; i < p->Width; i += Lanes.Count)
            {
                var count = Math.Min(Lanes.Count, p->Width - i);
                var normal = (Lanes.Load((T*)sum + i, count) - Vector256.Create(mean)) * scale;
                Lanes.Store(Vector256.FusedMultiplyAdd(normal, Lanes.Load(p->Gain + i, count), Lanes.Load(p->Shift + i, count)), (T*)result + i, count);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Backward<T>(void* arguments, int from, int to) where T : unmanaged
    {
        var p = (NormRows*)arguments;
        for (var part = from; part < to; part++)
        {
            var ofGain = p->Partial + (long)part * 2 * p->Width;
            var ofShift = ofGain + p->Width;
            var end = (int)((long)p->Count * (part + 1) / p->Parts);
            for (var row = (int)((long)p->Count * part / p->Parts); row < end; row++)
            {
                var (first, bit) = ((long)row * p->Width, p->FirstBit(row));
                var (sum, gradient, ofInput, ofX) = ((nint)((T*)p->Sum + first), (nint)((T*)p->Gradient + first), (nint)((T*)p->InputGradient + first), (nint)((T*)p->GradientOfX + first));
                var (mean, scale) = (p->Moments[2 * row], p->Moments[2 * row + 1]);
                Vector256<float> level = default, slope = default;
                for (var i = 0; i < p->Width; i += Lanes.Count)
                {
                    var count = Math.Min(Lanes.Count, p->Width - i);
                    var normal = Lanes.First(count) & ((Lanes.Load((T*)sum + i, count) - Vector256.Create(mean)) * scale);
                    var back = Lanes.Load((T*)gradient + i, count);
                    Lanes.Store(Lanes.Load(ofShift + i, count) + back, ofShift + i, count);
                    Lanes.Store(Vector256.FusedMultiplyAdd(back, normal, Lanes.Load(ofGain + i, count)), ofGain + i, count);
                    back *= Lanes.Load(p->Gain + i, count);
                    level += back;
                    slope = Vector256.FusedMultiplyAdd(back, normal, slope);
                }
                var (meanLevel, meanSlope) = (Vector256.Create(Vector256.Sum(level) / p->Width), Vector256.Create(Vector256.Sum(slope) / p->Width));
                for (var i = 0; i < p->Width; i += Lanes.Count)
                {
                    var count = Math.Min(Lanes.Count, p->Width - i);
                    var normal = (Lanes.Load((T*)sum + i, count) - Vector256.Create(mean)) * scale;
                    var back = (Lanes.Load((T*)gradient + i, count) * Lanes.Load(p->Gain + i, count) - meanLevel - normal * meanSlope) * scale;
                    Lanes.Store(back, (T*)ofInput + i, count);
                    if (p->Bits is not null) Lanes.Store(back * (Lanes.Where(p->Bits, bit + i) & Vector256.Create(p->Kept)), (T*)ofX + i, count);
                }
            }
        }
    }

    private struct NormRows
    {
        internal void* X, Input, Sum, Result, Gradient, InputGradient, GradientOfX;
        internal float* Moments, Gain, Shift, Partial;
        internal byte* Bits;
        internal int Count, Width, Tokens, DrawnTokens, Parts;
        internal float Epsilon, Kept;

        /// <summary>Where the bits of a row begin among those of all tokens that were drawn for.</summary>
        internal readonly long FirstBit(int row) => ((long)(row / Tokens) * DrawnTokens + row % Tokens) * Width;
    }
}
