#region readme-disk-usings
using PeftSharp.Data;
using PeftSharp.Models;
using PeftSharp.Tokenization;
#endregion

namespace Pages.Data;

/// <summary>Data that is larger than the memory: saved datasets and stored results of Map.</summary>
internal static class Disk
{
    internal static void Run()
    {
        #region readme-disk
        var texts = Dataset.FromRows(Enumerable.Range(0, 1000).Select(i => new { text = $"Row {i} has a short text.", label = i % 2 }));
        texts.SaveToDisk("reviews");                          // Python reads it with load_from_disk("reviews")

        var reviews = Dataset.LoadFromDisk("reviews");        // maps the file; values are read when they are used
        var lower = reviews.Map(
            batch => new Dictionary<string, string[]> { ["text"] = [.. batch.GetStrings("text").Select(text => text.ToLowerInvariant())] },
            batched: true, cache: new MapCache("map-cache", "lower case"));
        var tokenizer = new BpeTrainer { VocabSize = 300 }.Train(reviews["text"].Cast<string>());
        var tokenized = lower.Tokenize(tokenizer, maxLength: 32, cacheFolder: "map-cache");
        Console.WriteLine(tokenized.Count);
        // 1000
        Console.WriteLine(Directory.GetDirectories("map-cache").Length);                     // a folder for each result
        // 2

        // The same calls read the stored results. The key, the data, the arguments and the tokenizer are the same.
        tokenized = lower.Tokenize(tokenizer, maxLength: 32, cacheFolder: "map-cache");
        Console.WriteLine(Directory.GetDirectories("map-cache").Length);
        // 2
        Console.WriteLine(Datasets.CleanupCacheFiles("map-cache", unusedFor: TimeSpan.FromDays(30)));
        // 0
        #endregion
    }
}
