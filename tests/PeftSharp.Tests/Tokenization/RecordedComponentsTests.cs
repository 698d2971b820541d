using System.Text.Json.Nodes;
using PeftSharp.Models;
using PeftSharp.Tokenization;

namespace PeftSharp.Tests.Tokenization;

/// <summary>
/// Every component of tokenizer.json with every option, and random combinations of components, on unusual texts; what is expected was
/// recorded from tokenizers 0.23 (tests/fixtures/tokenizers/make_components.py and make_nested.py).
/// </summary>
[Trait("Category", "Parity")]
public sealed class RecordedComponentsTests : IDisposable
{
    private static readonly string Fixtures = Path.Combine(ReferenceRoot.Repository, "tests", "fixtures", "tokenizers");
    private static readonly JsonNode[] Recorded = [.. new[] { "components.json", "nested.json" }
        .Select(file => JsonNode.Parse(File.ReadAllBytes(Path.Combine(Fixtures, file)))!)];

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    public static TheoryData<string> Cases() => Names("cases");

    public static TheoryData<string> Decoders() => Names("decoders");

    [Theory, MemberData(nameof(Cases))]
    public void A_component_gives_the_ids_places_words_and_decoded_text_of_Python(string name) =>
        AssertRows(name, Load(Case("cases", name)["tokenizer"]!));

    [Theory, MemberData(nameof(Cases))]
    public void A_component_that_was_saved_gives_the_same(string name)
    {
        Load(Case("cases", name)["tokenizer"]!).SavePretrained(_folder.File("saved"));
        AssertRows(name, AutoTokenizer.FromPretrained(_folder.File("saved")));
    }

    [Theory, MemberData(nameof(Decoders))]
    public void A_decoder_gives_the_text_of_Python(string name)
    {
        var vocabulary = new JsonObject(
            Case("decoders", name).Root["odd"]!.AsArray().Select((token, id) => KeyValuePair.Create((string)token!, (JsonNode?)id)));
        var tokenizer = Load(new JsonObject
        {
            ["model"] = new JsonObject { ["type"] = "WordLevel", ["vocab"] = vocabulary, ["unk_token"] = "a" },
            ["decoder"] = Case("decoders", name)["decoder"]?.DeepClone(),
        });
        foreach (var row in Case("decoders", name)["rows"]!.AsArray())
            Assert.Equal((string)row![1]!, tokenizer.Decode(((string)row[0]!).Split(' ').Select(int.Parse)));
    }

    private static void AssertRows(string name, Tokenizer tokenizer)
    {
        var texts = Case("cases", name).Root["texts"]!.AsArray();
        foreach (var row in Case("cases", name)["rows"]!.AsArray().Select(row => row!.AsArray()))
        {
            var text = (string)texts[(int)row[0]!]!;
            var encoding = tokenizer.Encode(text);
            Assert.Equal((text, (string)row[1]!), (text, Numbers(encoding.Ids)));
            Assert.Equal((text, (string)row[2]!), (text, Offsets(encoding)));
            Assert.Equal((text, (string)row[3]!), (text, Numbers(encoding.WordIds.Select(word => word ?? -1))));
            Assert.Equal((text, (string)row[4]!), (text, tokenizer.Decode(encoding.Ids)));
            Assert.Equal((text, (string)row[5]!), (text, tokenizer.Decode(encoding.Ids, skipSpecialTokens: true)));
            if (row.Count == 6)
                continue;
            var pair = tokenizer.Encode(text, "A b");
            Assert.Equal((text, (string)row[6]!), (text, Numbers(pair.Ids)));
            Assert.Equal((text, (string)row[7]!), (text, Numbers(pair.TypeIds)));
            Assert.Equal((text, (string)row[8]!), (text, Offsets(pair)));
        }
    }

    private Tokenizer Load(JsonNode source)
    {
        source = source.DeepClone();
        if (source["model"] is JsonValue)
            source["model"] = Recorded[0]["bytes"]!.DeepClone();
        if ((string?)source["normalizer"]?["file"] is { } file)
            source["normalizer"] = JsonNode.Parse(File.ReadAllBytes(Path.Combine(Fixtures, file, "tokenizer.json")))!
                ["normalizer"]!["normalizers"]!.AsArray().First(item => (string?)item!["type"] == "Precompiled")!.DeepClone();
        File.WriteAllText(_folder.File("tokenizer.json"), source.ToJsonString());
        return AutoTokenizer.FromPretrained(_folder.Path);
    }

    private static TheoryData<string> Names(string kind) =>
        [.. Recorded.SelectMany(file => file[kind]!.AsArray()).Select(item => (string)item!["name"]!)];

    private static JsonNode Case(string kind, string name) =>
        Recorded.SelectMany(file => file[kind]!.AsArray()).Single(item => (string?)item!["name"] == name)!;

    private static string Offsets(TextEncoding encoding) =>
        Numbers(encoding.CodePointOffsets.SelectMany(offset => new[] { offset.Start, offset.End }));

    private static string Numbers(IEnumerable<int> numbers) => string.Join(' ', numbers);
}
