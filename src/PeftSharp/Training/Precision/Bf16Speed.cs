using System.Diagnostics;
using System.Globalization;
using PeftSharp.Native;
using static TorchSharp.torch;

namespace PeftSharp.Training.Precision;

/// <summary>
/// Measures whether bfloat16 is faster than float32 on this processor. Not every processor has instructions for bfloat16.
/// </summary>
internal static class Bf16Speed
{
    private const int Rows = 512, Inputs = 768, Outputs = 1536, Runs = 5;
    private static readonly Lazy<string?> _warning = new(Measure);

    /// <summary>
    /// The warning for a run with bfloat16 on the CPU; null if bfloat16 is faster. Measured once per process, in less than 0.1
    /// seconds.
    /// </summary>
    internal static string? Warning => _warning.Value;

    private static string? Measure()
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        NativeBackend.Load();
        var (float32, bfloat16) = (Gigaflops(ScalarType.Float32), Gigaflops(ScalarType.BFloat16));
        return bfloat16 > float32 ? null : string.Create(CultureInfo.InvariantCulture,
            $"Bf16 is slower than float32 on this processor: matrix products reach {bfloat16:F0} GFLOP/s in bfloat16 and {float32:F0} "
            + $"GFLOP/s in float32 (measured now). Set Bf16 to false to train faster; Bf16 only saves memory here.");
    }

    private static double Gigaflops(ScalarType type)
    {
        // The values are not random, because the measurement must not change the generator of the run.
        var (left, right) = (ones(Rows, Inputs, type), ones(Inputs, Outputs, type));
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
