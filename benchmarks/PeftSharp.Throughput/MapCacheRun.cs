using System.Diagnostics;
using PeftSharp.Data;
using PeftSharp.Models;
using PeftSharp.Tokenization;

namespace PeftSharp.Throughput;

/// <summary>
/// Measures the tokenization of many short rows: the tokenizer alone, <c>Tokenize</c> with a cache folder, from and to mapped files, and
/// opening the stored result. The reported memory is the private memory of the process, without the shared pages of mapped files.
/// </summary>
internal static class MapCacheRun
{
    private const int BatchSize = 1000;

    internal static int Run(Options options)
    {
        var what = options.Word("what", "all", "tokenizer", "map", "open");
        var (rows, words, folder) = (options.Number("rows", 1_000_000), options.Number("words", 12), options.Text("folder"));
        var tokenizer = AutoTokenizer.FromPretrained(options.Text("tokenizer"));
        var line = options.Read();
        var texts = Texts(rows, words, tokenizer, folder);
        _ = tokenizer.Encode(texts[..BatchSize].GetStrings("text"));     // compiles the code before the measurement
        if (what is "all" or "tokenizer")
            Measure("tokenizer", () =>
            {
                var tokens = 0L;
                for (var start = 0; start < rows; start += BatchSize)
                {
                    var batch = texts[start..Math.Min(rows, start + BatchSize)].GetStrings("text");
                    tokens += tokenizer.Encode(batch).InputIds.Sum(ids => ids.Length);
                }
                return tokens;
            });
        if (what is "all" or "map")
        {
            Datasets.CleanupCacheFiles(Path.Combine(folder, "tokens"));
            Measure("map", () => texts.Tokenize(tokenizer, cacheFolder: Path.Combine(folder, "tokens")).Count);
        }
        if (what is "all" or "open")
            Measure("open", () => texts.Tokenize(tokenizer, cacheFolder: Path.Combine(folder, "tokens"))[^1].GetInt32s("input_ids").Length);
        return 0;

        void Measure(string name, Func<long> work)
        {
            using var memory = new OwnMemory();
            var start = Stopwatch.GetTimestamp();
            var result = work();
            line["measured"] = name;
            Machine.Print(line, ("seconds", Math.Round(Stopwatch.GetElapsedTime(start).TotalSeconds, 3)), ("result", result),
                ("own_mb_before", memory.Before), ("own_mb_peak", memory.Peak), ("managed_mb", GC.GetTotalMemory(false) >> 20));
        }
    }

    /// <summary>Rows of random words of the vocabulary, in a mapped file.</summary>
    private static Dataset Texts(int rows, int words, Tokenizer tokenizer, string folder)
    {
        string[] vocabulary = [.. tokenizer.GetVocab().Keys.Where(token => token.All(char.IsAsciiLetter)).Order(StringComparer.Ordinal)];
        return Dataset.FromDict(("row", Enumerable.Range(0, rows).ToArray())).Map(
            batch => new Dictionary<string, string[]>
            {
                ["text"] = [.. batch["row"].Select(row =>
                {
                    var random = new Random((int)row!);
                    return string.Join(' ', Enumerable.Range(0, words).Select(_ => vocabulary[random.Next(vocabulary.Length)]));
                })],
            },
            batched: true, removeColumns: ["row"], cache: new MapCache(Path.Combine(folder, "texts"), $"{words} random words"));
    }
}
