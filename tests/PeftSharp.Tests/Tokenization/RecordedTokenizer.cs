using System.Text.Json;
using PeftSharp.Models;
using PeftSharp.Tokenization;

namespace PeftSharp.Tests.Tokenization;

/// <summary>What the Python tokenizers gave for texts, as recorded in <c>tokenizers/&lt;name&gt;.json</c>.</summary>
internal static class RecordedTokenizer
{
    /// <summary>Recordings that this root has, with each set of files that a tokenizer of theirs can be read from.</summary>
    internal static TheoryData<string, string> All()
    {
        var result = new TheoryData<string, string>();
        var folder = ReferenceRoot.TryFind("tokenizers");
        foreach (var file in (folder is null ? [] : Directory.GetFiles(folder, "*.json")).Order(StringComparer.Ordinal))
        {
            result.Add(Path.GetFileNameWithoutExtension(file), "tokenizer.json");
            result.Add(Path.GetFileNameWithoutExtension(file), "vocabulary");
        }
        if (result.Count == 0)
            result.Add("", "");
        return result;
    }

    internal static JsonElement Read(string name)
    {
        Skip.If(name.Length == 0, "This root has no recorded tokenizers.");
        using var document = JsonDocument.Parse(File.ReadAllBytes(ReferenceRoot.Require("tokenizers", name + ".json")));
        return document.RootElement.Clone();
    }

    /// <summary>
    /// Loads a tokenizer from one of its sets of files alone; the recordings pad with the end of the text where there is no padding token.
    /// </summary>
    internal static Tokenizer Load(string name, string files)
    {
        Skip.If(name.Length == 0, "This root has no recorded tokenizers.");
        var folder = Vocabularies.Require(name);
        using var copy = new TemporaryFolder();
        foreach (var file in Directory.GetFiles(folder))
        {
            var isPipeline = Path.GetFileName(file) == "tokenizer.json";
            if (isPipeline == (files == "tokenizer.json") || Path.GetFileName(file).EndsWith("config.json", StringComparison.Ordinal)
                || Path.GetFileName(file) == "special_tokens_map.json")
                File.Copy(file, Path.Combine(copy.Path, Path.GetFileName(file)));
        }
        var needed = files == "tokenizer.json" ? new[] { "tokenizer.json" } : ["vocab.txt", "vocab.json"];
        Skip.IfNot(needed.Any(file => File.Exists(Path.Combine(copy.Path, file))), $"{name} has no {string.Join(" or ", needed)}.");
        var tokenizer = Read(copy.Path, name);
        tokenizer.PadToken ??= tokenizer.EosToken;
        return tokenizer;
    }

    /// <summary>Loads the tokenizer; a recording with a component that is not supported is skipped with the error that names it.</summary>
    private static Tokenizer Read(string folder, string name)
    {
        try { return AutoTokenizer.FromPretrained(folder); }
        catch (TokenizerException error) when (error.Message.Contains("Supported types:", StringComparison.Ordinal))
        {
            throw new SkipException($"{name}: {error.Message}");
        }
    }

    internal static int[] Ints(JsonElement row) => [.. row.EnumerateArray().Select(x => x.GetInt32())];

    internal static string[] Texts(JsonElement row) => [.. row.EnumerateArray().Select(x => x.GetString()!)];

    internal static TokenOffset[] Offsets(JsonElement row) =>
        [.. row.EnumerateArray().Select(x => new TokenOffset(x[0].GetInt32(), x[1].GetInt32()))];
}
