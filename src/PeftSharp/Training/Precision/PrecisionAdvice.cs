using System.Diagnostics;
using System.Globalization;
using PeftSharp.Native;
using static TorchSharp.torch;

namespace PeftSharp.Training.Precision;

/// <summary>Whether a precision is worth having on this processor: not every one multiplies bfloat16 faster than float32.</summary>
internal static class PrecisionAdvice
{
    private const int Rows = 512, Inputs = 768, Outputs = 1536, Runs = 5;
    private static readonly Lazy<string?> _bf16 = new(MeasureBf16);

    /// <summary>What to say to who asks for bfloat16 on the processor; null where it is the faster one. Measured once a process, in less than a tenth of a second.</summary>
    internal static string? Bf16OnProcessor => _bf16.Value;

    private static string? MeasureBf16()
    {
        using var scope = NewDisposeScope();
        using var free = no_grad();
        NativeBackend.Load();
        var (float32, bfloat16) = (Gigaflops(ScalarType.Float32), Gigaflops(ScalarType.BFloat16));
        return bfloat16 > float32 ? null : string.Create(CultureInfo.InvariantCulture,
            $"Bf16 is slower than float32 on this processor: {bfloat16:F0} against {float32:F0} GFLOP/s in matrix products, measured just now. It saves memory, not time; leave Bf16 off for speed.");
    }

    private static double Gigaflops(ScalarType type)
    {
        var (left, right) = (ones(Rows, Inputs, type), ones(Inputs, Outputs, type));      // not random: the stream belongs to the run
        var best = double.PositiveInfinity;
        for (var run = 0; run < Runs; run++)
        {
            var start = Stopwatch.GetTimestamp();
            left.mm(right).Dispose();
            best = Math.Min(best, Stopwatch.GetElapsedTime(start).TotalSeconds);
        }
        return 2.0 * Rows * Inputs * Outputs / best / 1e9;
    }
}
