using System.Runtime.CompilerServices;
using PeftSharp.Data;
using PeftSharp.Kernels;
using PeftSharp.Metrics;
using PeftSharp.Models;
using PeftSharp.Native;
using PeftSharp.Tests.Tokenization;
using PeftSharp.Tests.Training;
using PeftSharp.Tokenization;
using static TorchSharp.torch;

namespace PeftSharp.Tests.Processes;

/// <summary>Small programs for <see cref="ChildProcess"/>; each returns what it found out about its own process.</summary>
internal static class Programs
{
    /// <summary>Reads data, tokenizes and computes metrics, and returns the names of libtorch's files in the process: none.</summary>
    internal static string DataMetricsTokenizer()
    {
        using var folder = new TemporaryFolder();
        File.Copy(
            Path.Combine(ReferenceRoot.Repository, "tests", "fixtures", "tokenizers", "tiny-bert", "vocab.txt"), folder.File("vocab.txt"));
        File.WriteAllText(folder.File("config.json"), """{"model_type": "bert"}""");            // the class is that of the family
        var tokenizer = AutoTokenizer.FromPretrained(folder.Path);
        var data = Dataset.FromList(Enumerable.Range(0, 20)
            .Select(row => new Dictionary<string, object?> { ["text"] = $"text {row}", ["label"] = (long)(row % 2) }));
        var tokenized = data.Map(
            batch =>
                tokenizer.Encode(batch.GetStrings("text"), truncation: true, padding: PaddingStrategy.MaxLength, maxLength: 8).ToColumns(),
            batched: true).Shuffle(seed: 42);
        int[] labels = [0, 1, 1, 0], guesses = [0, 1, 0, 0];
        var accuracy = ClassificationMetrics.AccuracyScore(labels, guesses);
        return $"{tokenized.Count} rows, accuracy {accuracy}; {string.Join(' ', ProcessMemory.Libraries("torch", "gomp"))}";
    }

    /// <summary>
    /// Encodes and decodes the texts of all recorded tokenizers and trains tokenizers; returns the culture, the number of tokenizers, what
    /// differs from Python, and a hash of the trained vocabularies.
    /// </summary>
    internal static string RecordedTokenizers()
    {
        var (count, different) = (0, new List<string>());
        foreach (var file in Directory.GetFiles(ReferenceRoot.TryFind("tokenizers")!, "*.json").Order(StringComparer.Ordinal))
        {
            var name = Path.GetFileNameWithoutExtension(file);
            Tokenizer tokenizer;
            try { tokenizer = AutoTokenizer.FromPretrained(Vocabularies.Require(name)); }
            catch (SkipException) { continue; }                                          // a large vocabulary that is not on this machine
            count++;
            foreach (var row in RecordedTokenizer.Read(name).GetProperty("rows").EnumerateArray())
            {
                var (text, encoding) = (row.GetProperty("text").GetString()!, tokenizer.Encode(row.GetProperty("text").GetString()!));
                if (!encoding.Ids.SequenceEqual(RecordedTokenizer.Ints(row.GetProperty("ids")))
                    || !encoding.CodePointOffsets.SequenceEqual(RecordedTokenizer.Offsets(row.GetProperty("offsets")))
                    || tokenizer.Decode(encoding.Ids) != row.GetProperty("decoded").GetString())
                    different.Add($"{name} '{text}'");
            }
        }
        string[] texts =
        [
            "The İstanbul CAFÉ opened", "the ISTANBUL café, 12.5 €, opened", "ISSIZ ılık straße STRASSE", "e\u0301 \u00e9 \u1e9e",
        ];
        TokenizerTrainer[] trainers =
        [
            new WordPieceTrainer { VocabSize = 80 }, new BpeTrainer { VocabSize = 300 }, new UnigramTrainer { VocabSize = 60 },
            new WordLevelTrainer { VocabSize = 20 },
        ];
        using var folder = new TemporaryFolder();
        var trained = trainers.Select(trainer =>
        {
            trainer.Train(texts).SavePretrained(folder.Path);
            return System.Security.Cryptography.SHA256.HashData(File.ReadAllBytes(folder.File("tokenizer.json")));
        });
        return $"{System.Globalization.CultureInfo.CurrentCulture.Name}|{HasOnlyTheInvariantCulture()}|{count}|"
            + $"{string.Join(", ", different)}|" + string.Join(' ', trained.Select(hash => Convert.ToHexString(hash.AsSpan(0, 4))));
    }

    private static bool HasOnlyTheInvariantCulture()
    {
        try { return System.Globalization.CultureInfo.GetCultureInfo("tr-TR", predefinedOnly: true) is null; }
        catch (System.Globalization.CultureNotFoundException) { return true; }
    }

    /// <summary>The first statement is TorchSharp's, after the call that the documentation names for it.</summary>
    internal static string TorchFirst()
    {
        NativeBackend.Load();
        return Seeded();
    }

    /// <summary>Something of PeftSharp that needs no tensor comes before TorchSharp.</summary>
    internal static string TouchThenTorch()
    {
        _ = new PeftSharpException("");
        _ = ClassificationMetrics.AccuracyScore([0], [0]);
        return Seeded();
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static string Seeded()
    {
        manual_seed(42);
        using var values = rand(2);
        return $"{values.numel()} values";
    }

    /// <summary>What of the process changed while a model was trained, a line each.</summary>
    internal static string ProcessState()
    {
        var before = Processes.ProcessState.Now();
        Train();
        return Processes.ProcessState.Now().Changes(before) + $"{get_default_dtype()} {get_num_threads() <= Environment.ProcessorCount}";
    }

    /// <summary>A few steps of training; returns the last loss.</summary>
    internal static string Training() => Train().ToString("R", System.Globalization.CultureInfo.InvariantCulture);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static double Train()
    {
        using var folder = new TemporaryFolder();
        return TinyRun.Trainer(TinyRun.Arguments(folder), dropout: 0.1).Train().TrainingLoss;
    }

    /// <summary>The traces of the allocator before it is turned on, while it is on and after it is turned off.</summary>
    internal static string AllocatorOnAndOff()
    {
        var text = "";
        Add("before");
        Train();
        Add("trained");
        FastPaths.Allocator = true;
        var tensor = ones(100_000);
        Train();
        Add("on");
        FastPaths.Allocator = false;
        Add("off");
        tensor.Dispose();                                                  // freed through the page that stays
        Train();
        return text;

        void Add(string name) =>
            text += $"{name}: {FastPaths.Allocator} {ProcessMemory.LargeBlocksAreMapped()} {ProcessMemory.CodePages()}\n";
    }

    /// <summary>What C code sees of OpenMP's variables, and the number of libtorch's threads.</summary>
    internal static string OpenMP()
    {
        if (Environment.GetEnvironmentVariable("SET_IN_PROGRAM") is { } value) Environment.SetEnvironmentVariable("OMP_NUM_THREADS", value);
        return LoadedOpenMP();
    }

    // Compiling a method that names TorchSharp loads the backend.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static string LoadedOpenMP()
    {
        NativeBackend.Load();
        return $"{ProcessMemory.NativeVariable("GOMP_SPINCOUNT")} {ProcessMemory.NativeVariable("OMP_NUM_THREADS")} {get_num_threads()} "
            + $"{ProcessMemory.OpenMPThreads()}";
    }
}
