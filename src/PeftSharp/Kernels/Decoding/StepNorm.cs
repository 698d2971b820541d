using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using PeftSharp.Native;
using static TorchSharp.torch;

namespace PeftSharp.Kernels;

/// <summary>A normalization in a <see cref="DecoderStep"/>: RMS normalization, or layer normalization if it has a shift.</summary>
internal unsafe struct StepNorm
{
    internal void* Gain, Shift;
    internal float Epsilon;

    /// <summary>Whether to multiply by 1 + gain, as in Gemma.</summary>
    internal bool HasUnitOffset;

    internal readonly bool IsNone => Gain is null;

    /// <summary>Describes a normalization; returns false if the kernels cannot compute it.</summary>
    /// <param name="gain">Float [width].</param>
    /// <param name="shift">Float [width] of a layer normalization; null: RMS normalization.</param>
    /// <param name="epsilon">Added to the variance or the mean square.</param>
    /// <param name="hasUnitOffset">Whether to multiply by 1 + gain, as in Gemma.</param>
    /// <param name="type">The required type.</param>
    /// <param name="norm">The description.</param>
    internal static bool TryDescribe(Tensor gain, Tensor? shift, double epsilon, bool hasUnitOffset, ScalarType type, out StepNorm norm)
    {
        norm = default;
        if (!StepLinear.IsUsable(gain, type) || (shift is not null && !StepLinear.IsUsable(shift, type))) return false;
        norm = new()
        {
            Gain = TensorMemory.Pointer(gain), Shift = shift is null ? null : TensorMemory.Pointer(shift), Epsilon = (float)epsilon,
            HasUnitOffset = hasUnitOffset,
        };
        return true;
    }

    /// <summary>Normalizes a row; its width is a multiple of eight.</summary>
    /// <param name="x">[width].</param>
    /// <param name="result">[width], in the type of x or in float32, but rounded to the type of x.</param>
    /// <param name="width">Number of elements.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal readonly void Apply<T, TResult>(T* x, TResult* result, int width) where T : unmanaged where TResult : unmanaged
    {
        var gain = (T*)Gain;
        var shift = (T*)Shift;
        if (shift is not null)
        {
            var sum = Vector256<float>.Zero;
            for (var i = 0; i < width; i += Lanes.Count) sum += Lanes.Load(x + i);
            var mean = Vector256.Create(Vector256.Sum(sum) / width);
            sum = Vector256<float>.Zero;
            for (var i = 0; i < width; i += Lanes.Count)
            {
                var centered = Lanes.Load(x + i) - mean;
                sum = Vector256.FusedMultiplyAdd(centered, centered, sum);
            }
            var scale = Vector256.Create(1 / MathF.Sqrt(Vector256.Sum(sum) / width + Epsilon));
            for (var i = 0; i < width; i += Lanes.Count)
                Lanes.Store(Lanes.Round<T>(Vector256.FusedMultiplyAdd((Lanes.Load(x + i) - mean) * scale, Lanes.Load(gain + i),
                    Lanes.Load(shift + i))), result + i);
            return;
        }
        var squares = Vector256<float>.Zero;
        for (var i = 0; i < width; i += Lanes.Count)
        {
            var value = Lanes.Load(x + i);
            squares = Vector256.FusedMultiplyAdd(value, value, squares);
        }
        var inverse = Vector256.Create(1 / MathF.Sqrt(Vector256.Sum(squares) / width + Epsilon));
        if (HasUnitOffset)
            for (var i = 0; i < width; i += Lanes.Count)
                Lanes.Store(Lanes.Round<T>(Lanes.Load(x + i) * inverse * (Vector256<float>.One + Lanes.Load(gain + i))), result + i);
        else
            for (var i = 0; i < width; i += Lanes.Count)
                Lanes.Store(Lanes.Round<T>(Lanes.Round<T>(Lanes.Load(x + i) * inverse) * Lanes.Load(gain + i)), result + i);
    }
}
