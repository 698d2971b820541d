using System.Diagnostics;
using static TorchSharp.torch;

namespace PeftSharp.Throughput;

/// <summary>The peak rates of the machine: matrix products in both precisions, and memory.</summary>
internal static class Probe
{
    internal static int Run(Options options)
    {
        var threads = options.Number("threads", 2);
        var line = options.Read();
        PeftSharp.Native.NativeBackend.Load();
        set_num_threads(threads);
        using var noGradient = no_grad();
        return Machine.Print(line, ("gemm_fp32_gflops", Gemm(ScalarType.Float32)), ("gemm_bf16_gflops", Gemm(ScalarType.BFloat16)),
            ("memory_gb_per_s", Memory()), ("read_gb_per_s", ReadGigabytes()));
    }

    private static double Gemm(ScalarType type)
    {
        using var scope = NewDisposeScope();
        var (left, right) = (randn(2048, 768).to(type), randn(768, 3072).to(type));
        var seconds = Best(() => left.mm(right).Dispose());
        return Math.Round(2.0 * 2048 * 768 * 3072 / seconds / 1e9, 1);
    }

    private static double Memory()
    {
        using var scope = NewDisposeScope();
        var (from, to) = (ones(64 << 20), zeros(64 << 20));
        var seconds = Best(() => to.copy_(from));
        return Math.Round(2.0 * 4 * (64 << 20) / seconds / 1e9, 1);       // read and written
    }

    /// <summary>The rate at which all threads together read memory, in GB/s.</summary>
    internal static double ReadGigabytes()
    {
        using var scope = NewDisposeScope();
        using var free = no_grad();
        var from = ones(64 << 20);
        var seconds = Best(() => from.max().Dispose());
        return Math.Round(4.0 * (64 << 20) / seconds / 1e9, 1);
    }

    private static double Best(Action work)
    {
        var best = double.PositiveInfinity;
        for (var run = 0; run < 12; run++)
        {
            var start = Stopwatch.GetTimestamp();
            work();
            best = Math.Min(best, Stopwatch.GetElapsedTime(start).TotalSeconds);
        }
        return best;
    }
}
