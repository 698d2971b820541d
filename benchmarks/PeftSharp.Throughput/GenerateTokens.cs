using System.Diagnostics;
using PeftSharp.Generation;
using PeftSharp.Modeling;
using TorchSharp;
using static TorchSharp.torch;

namespace PeftSharp.Throughput;

/// <summary>
/// Measures the tokens per second of greedy generation with the key-value cache. The first run is not counted. The memory bandwidth is
/// measured in the same process; it gives the minimum time in which the weights can be read.
/// </summary>
internal static class GenerateTokens
{
    internal static int Run(Options options)
    {
        var (name, batch, prompt, added) = (
            options.Word("model", "gpt2", "gpt2-tiny", "smollm2-135m", "qwen2.5-0.5b"), options.Number("batch", 1),
            options.Number("prompt", 32), options.Number("new", 64));
        var (precision, threads, runs, beams) = (options.Word("precision", "fp32", "bf16"), options.Number("threads", 2),
            options.Number("runs", 3), options.Number("beams", 1));
        var device = options.Word("device", "cpu", "cuda");
        PeftSharp.Kernels.FastPaths.Allocator = options.Word("allocator", "on", "off") == "on";        // off by default
        var line = options.Read();
        if (threads > 0) set_num_threads(threads);                         // 0: the default of the library
        manual_seed(1);
        using var model = Models.Create(name);
        model.eval();
        if (precision == "bf16") model.to(ScalarType.BFloat16);
        model.to(device == "cpu" ? CPU : CUDA);
        using var ids = randint(10, 8000, [batch, prompt], ScalarType.Int64, device == "cpu" ? CPU : CUDA);
        using var mask = ones_like(ids);
        var bandwidth = device == "cpu" ? Probe.ReadGigabytes() : 0;
        var bytes = model.parameters().Sum(parameter => (double)parameter.numel() * parameter.ElementSize) - NotRead(model);
        var median = Seconds(added);
        var ofPrompt = Seconds(1);
        var afterPrompt = added > 1 ? (median - ofPrompt) / (added - 1) : median;
        if (device == "cpu") bandwidth = Math.Max(bandwidth, Probe.ReadGigabytes());
        return Machine.Print(line, ("read_gb_per_s", bandwidth), ("weights_mb", Math.Round(bytes / 1e6)),
            ("bandwidth_share", bandwidth == 0 ? 0 : Math.Round(bytes / 1e9 / afterPrompt / bandwidth, 3)),
            ("seconds", Math.Round(median, 3)), ("new_tokens_per_s", Math.Round(batch * added / median, 1)),
            ("ms_per_token", Math.Round(median / added * 1000, 2)), ("prompt_ms", Math.Round(ofPrompt * 1000, 1)),
            ("ms_per_later_token", Math.Round(afterPrompt * 1000, 2)), ("peak_rss_mb", Machine.PeakMegabytes()));

        double Seconds(int tokens)
        {
            var times = new List<double>();
            for (var run = 0; run <= runs; run++)
            {
                var start = Stopwatch.GetTimestamp();
                using var output = model.Generate(
                    new ModelInputs { InputIds = ids, AttentionMask = mask },
                    new GenerationOptions
                    {
                        MaxNewTokens = tokens, MinNewTokens = tokens, DoSample = false, NumBeams = beams, PadTokenId = 0,
                    }).Sequences;
                using var fetched = output.cpu();                          // waits for a GPU
                times.Add(Stopwatch.GetElapsedTime(start).TotalSeconds);
            }
            return Machine.Median(times.Skip(1));
        }
    }

    /// <summary>Returns the size in bytes of GPT-2's position embeddings, of which each token reads only one row.</summary>
    private static double NotRead(PretrainedModel model) =>
        model.named_parameters().Where(pair => pair.name.EndsWith("wpe.weight", StringComparison.Ordinal))
            .Sum(pair => (double)pair.parameter.numel() * pair.parameter.ElementSize);
}
