using System.Text.Json;
using System.Text.Json.Nodes;
using PeftSharp.Models;
using PeftSharp.Tokenization;

namespace PeftSharp.Tests.Tokenization;

/// <summary>
/// Tokenizers that are read from SentencePiece models and vocabularies of tiktoken, without a tokenizer.json, on all recorded texts; what
/// is expected was recorded from transformers 5.23 (tests/fixtures/tokenizers/make_vocabularies.py).
/// </summary>
[Trait("Category", "Parity")]
public sealed class RecordedVocabulariesTests : IDisposable
{
    private static readonly JsonNode Recorded = JsonNode.Parse(File.ReadAllBytes(
        Path.Combine(ReferenceRoot.Repository, "tests", "fixtures", "tokenizers", "vocabularies.json")))!;
    private static readonly string[] Texts = [.. Recorded["texts"]!.AsArray().Select(text => (string)text!)];

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    public static TheoryData<string> Cases() => [.. Recorded["cases"]!.AsArray().Select(row => (string)row!["name"]!)];

    [Theory, MemberData(nameof(Cases))]
    public void Every_text_has_the_ids_and_places_of_Python_and_decodes_to_the_same(string name)
    {
        var row = Recorded["cases"]!.AsArray().Single(row => (string)row!["name"]! == name)!;
        Write(row);
        AssertRows(row, AutoTokenizer.FromPretrained(_folder.Path));
        AutoTokenizer.FromPretrained(_folder.Path).SavePretrained(_folder.File("saved"));
        AssertRows(row, AutoTokenizer.FromPretrained(_folder.File("saved")));
    }

    private void Write(JsonNode row)
    {
        var source = Vocabularies.Require((string)row["source"]!);
        File.WriteAllText(_folder.File("tokenizer_config.json"), row["config"]!.ToJsonString());
        if ((string?)row["config"]!["tokenizer_class"] == "LlamaTokenizer")
            File.WriteAllText(_folder.File("config.json"), """{"model_type": "llama"}""");
        var file = _folder.File((string)row["file"]!);
        if (((string)row["name"]!).StartsWith("tiktoken", StringComparison.Ordinal))
            File.WriteAllLines(file, Tiktoken(Path.Combine(source, "tokenizer.json")));
        else
            File.Copy(Directory.GetFiles(source, "*.model").Single(), file);
    }

    /// <summary>The tokens of a byte-level vocabulary as lines of a file of tiktoken, without special tokens.</summary>
    private static IEnumerable<string> Tiktoken(string path)
    {
        using var json = JsonDocument.Parse(File.ReadAllBytes(path));
        return [.. json.RootElement.GetProperty("model").GetProperty("vocab").EnumerateObject()
            .Where(token => !token.Name.StartsWith("<|", StringComparison.Ordinal)).OrderBy(token => token.Value.GetInt32())
            .Select(token => $"{Convert.ToBase64String([.. token.Name.Select(Byte)])} {token.Value.GetInt32()}")];

        static byte Byte(char c) => ByteAlphabet.TryByte(c, out var value) ? value : throw new FormatException($"'{c}' is no byte.");
    }

    private static void AssertRows(JsonNode row, Tokenizer tokenizer)
    {
        Assert.Equal((int)row["length"]!, tokenizer.Count);
        foreach (var (text, expected) in Texts.Zip(row["rows"]!.AsArray()))
        {
            var encoding = tokenizer.Encode(text, truncation: false);
            Assert.Equal((text, expected![0]!.ToJsonString()), (text, Numbers(encoding.Ids)));
            Assert.Equal((text, expected[1]!.ToJsonString()),
                (text, Numbers(encoding.CodePointOffsets.SelectMany(offset => new[] { offset.Start, offset.End }))));
            Assert.Equal((text, (string)expected[2]!), (text, tokenizer.Decode(encoding.Ids)));
            Assert.Equal((text, (string)expected[3]!), (text, tokenizer.Decode(encoding.Ids, skipSpecialTokens: true)));
        }
    }

    private static string Numbers(IEnumerable<int> numbers) => $"[{string.Join(',', numbers)}]";
}
