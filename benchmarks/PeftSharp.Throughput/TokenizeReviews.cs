using System.Diagnostics;
using System.Text.Json.Nodes;
using PeftSharp.Models;

namespace PeftSharp.Throughput;

/// <summary>
/// Measures the tokens per second of the tokenizers of BERT and GPT-2 for the texts of a JSON lines file, in batches of 1,000. The first
/// run is not counted.
/// </summary>
internal static class TokenizeReviews
{
    private static readonly string[] _tokenizers = ["bert-base-uncased", "gpt2"];

    internal static int Run(Options options)
    {
        var (file, folder, runs) = (options.Text("data"), options.Text("tokenizers"), options.Number("runs", 3));
        var line = options.Read();
        string[] texts = [.. File.ReadLines(file).Select(row => (string)JsonNode.Parse(row)!["text"]!)];
        var megabytes = texts.Sum(text => (double)System.Text.Encoding.UTF8.GetByteCount(text)) / 1e6;
        foreach (var name in _tokenizers)
        {
            var tokenizer = AutoTokenizer.FromPretrained(Path.Combine(folder, name));
            var times = new List<double>();
            var tokens = 0;
            for (var run = 0; run <= runs; run++)
            {
                var start = Stopwatch.GetTimestamp();
                tokens = texts.Chunk(1000).Sum(batch => tokenizer.Encode(batch).InputIds.Sum(ids => ids.Length));
                times.Add(Stopwatch.GetElapsedTime(start).TotalSeconds);
            }
            var median = Machine.Median(times.Skip(1));
            line["tokenizer"] = name;
            Machine.Print(line, ("seconds", Math.Round(median, 3)), ("tokens", (double)tokens),
                ("tokens_per_s", Math.Round(tokens / median)), ("mb_per_s", Math.Round(megabytes / median, 2)));
        }
        return 0;
    }
}
