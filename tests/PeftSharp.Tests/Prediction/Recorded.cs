using System.Text.Json.Nodes;
using PeftSharp.Models;
using PeftSharp.Tokenization;

namespace PeftSharp.Tests.Prediction;

/// <summary>
/// What transformers' pipelines answered (tests/fixtures/prediction/make.py), and the models and tokenizer that they answered with.
/// </summary>
internal static class Recorded
{
    private static string Folder { get; } = Path.Combine(ReferenceRoot.Repository, "tests", "fixtures", "prediction");

    private static readonly Lazy<JsonObject> _values = new(
        () => JsonNode.Parse(File.ReadAllText(Path.Combine(Folder, "expected.json")))!.AsObject());

    internal static Tokenizer Tokenizer() => AutoTokenizer.FromPretrained(Path.Combine(Folder, "bert-tokenizer"));

    internal static Tokenizer BytesTokenizer() => AutoTokenizer.FromPretrained(Path.Combine(Folder, "gpt2-tokenizer"));

    internal static Tokenizer BytesTokenizer(bool addPrefixSpace) =>
        Gpt2Tokenizer.FromPretrained(Path.Combine(Folder, "gpt2-tokenizer"), addPrefixSpace);

    internal static string Model(string name) => Path.Combine(ReferenceRoot.Repository, "tests", "fixtures", "reference", "models", name);

    internal static JsonNode Value(string name) => _values.Value[name]!;

    internal static string[] Texts(string name) => [.. Value(name).AsArray().Select(text => (string)text!)];

    /// <summary>Copies a model and the tokenizer into one folder, as <c>FromPretrained</c> reads them.</summary>
    internal static string FolderOf(string model, TemporaryFolder folder)
    {
        foreach (var file in Directory.GetFiles(Model(model)).Concat(Directory.GetFiles(Path.Combine(Folder, "bert-tokenizer"))))
            File.Copy(file, Path.Combine(folder.Path, Path.GetFileName(file)));
        return folder.Path;
    }
}
