using System.Text.Json.Nodes;
using PeftSharp.Data;
using PeftSharp.Modeling;
using PeftSharp.Models;
using PeftSharp.Tokenization;

namespace PeftSharp.Tests.Training.Collators;

/// <summary>
/// A case of tests/fixtures/collators/collators.json: rows, and the batch that transformers makes of them (recorded by make_collators.py in
/// the same folder).
/// </summary>
internal sealed class RecordedCollator(JsonObject json)
{
    private static readonly JsonObject _recorded = (JsonObject)JsonNode.Parse(
        File.ReadAllText(Path.Combine(ReferenceRoot.Repository, "tests", "fixtures", "collators", "collators.json")))!;

    internal static long Seed => (long)_recorded["seed"]!;

    internal static TheoryData<string> Names(string kind) => new(Cases(kind).Select(one => (string)one["name"]!));

    internal static RecordedCollator Open(string kind, string name) => new(Cases(kind).Single(one => (string)one["name"]! == name));

    internal JsonObject Options => (JsonObject)json["options"]!;

    internal IReadOnlyList<Row> Rows => Dataset.FromList(json["rows"]!.AsArray()
        .Select(row => row!.AsObject().ToDictionary(pair => pair.Key, pair => (object?)Longs(pair.Value!)))).ToArray();

    internal Tokenizer Tokenizer()
    {
        var tokenizer = AutoTokenizer.FromPretrained(ReferenceRoot.Tokenizers((string)json["tokenizer"]!));
        tokenizer.PadToken = (string)json["pad_token"]!;
        tokenizer.PaddingSide = Enum.Parse<PaddingSide>((string)json["padding_side"]!, ignoreCase: true);
        return tokenizer;
    }

    internal void AssertIs(ModelInputs found)
    {
        var expected = json["batch"]!.AsObject();
        found.Tensors.Keys.Order(StringComparer.Ordinal).Should().Equal(expected.Select(pair => pair.Key).Order(StringComparer.Ordinal));
        foreach (var (name, rows) in expected)
        {
            found[name]!.shape.Should().Equal(rows!.AsArray().Count, rows[0]!.AsArray().Count);
            found[name]!.data<long>().ToArray().Should().Equal(rows.AsArray().SelectMany(row => Longs(row!)));
        }
    }

    private static IEnumerable<JsonObject> Cases(string kind) => _recorded[kind]!.AsArray().Select(one => one!.AsObject());

    private static long[] Longs(JsonNode list) => [.. list.AsArray().Select(item => (long)item!)];
}
