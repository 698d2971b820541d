using System.Text.Json.Nodes;
using PeftSharp.Models;
using PeftSharp.Tokenization;

namespace PeftSharp.Tests.Tokenization;

/// <summary>
/// Random words (<c>is_split_into_words</c>) with pairs, truncation, overflow and padding; what is expected was recorded from transformers
/// 5.23 (tests/fixtures/tokenizers/make_words.py).
/// </summary>
[Trait("Category", "Parity")]
public sealed class RecordedWordsTests
{
    private static readonly JsonArray Recorded = JsonNode.Parse(File.ReadAllBytes(
        Path.Combine(ReferenceRoot.Repository, "tests", "fixtures", "tokenizers", "words.json")))!.AsArray();

    public static TheoryData<string> Names() => [.. Recorded.Select(row => (string)row!["tokenizer"]!).Distinct()];

    [Theory, MemberData(nameof(Names))]
    public void Words_have_the_tokens_places_and_numbers_of_Python(string name)
    {
        var folder = Vocabularies.Require(name);
        var tokenizer = name == "tiny-gpt2"
            ? Gpt2Tokenizer.FromPretrained(folder, addPrefixSpace: true)
            : AutoTokenizer.FromPretrained(folder);
        tokenizer.PadToken ??= tokenizer.EosToken;
        foreach (var row in Recorded.Where(row => (string)row!["tokenizer"]! == name))
        {
            tokenizer.TruncationSide = (string)row!["side"]! == "left" ? TruncationSide.Left : TruncationSide.Right;
            var call = () => Encode(tokenizer, row);
            if (row["error"] is { } error)
                call.Should().Throw<Exception>($"Python says {error} for {row["options"]!.ToJsonString()}");
            else
                Assert.Equal(Describe(row, Expected(row)), Describe(row, Actual(call())));
        }
    }

    private static BatchEncoding Encode(Tokenizer tokenizer, JsonNode row)
    {
        var options = row["options"]!;
        return tokenizer.EncodeWords(
            Words(row["words"]!), row["pairs"] is { } pairs ? Words(pairs) : null, (bool)options["add_special_tokens"]!,
            options["padding"] is JsonValue padding && padding.TryGetValue(out bool pads) ? pads : (string)options["padding"]!,
            options["truncation"] is JsonValue truncation && truncation.TryGetValue(out bool cuts) ? cuts : (string)options["truncation"]!,
            (int)options["max_length"]!, (int)options["stride"]!, (int?)options["pad_to_multiple_of"],
            (string)options["padding_side"]! == "left" ? PaddingSide.Left : PaddingSide.Right, (bool)options["return_overflowing_tokens"]!);
    }

    private static IEnumerable<string> Expected(JsonNode row) => row["rows"]!.AsArray().Select(columns => columns!.ToJsonString())
        .Append(row["of"]?.ToJsonString() ?? "[]");

    private static IEnumerable<string> Actual(BatchEncoding batch) => batch.Encodings.Select(encoding => "[" + string.Join(',',
        Numbers(encoding.Ids), Numbers(encoding.TypeIds), Numbers(encoding.AttentionMask), Numbers(encoding.SpecialTokensMask),
        Numbers(encoding.CodePointOffsets.SelectMany(offset => new[] { offset.Start, offset.End })),
        Numbers(encoding.WordIds.Select(word => word ?? -1)), Numbers(encoding.SequenceIds.Select(text => text ?? -1))) + "]")
        .Append(Numbers(batch.OverflowToSampleMapping ?? []));

    private static string Describe(JsonNode row, IEnumerable<string> rows) =>
        $"{row["words"]!.ToJsonString()} {row["pairs"]?.ToJsonString()} {row["options"]!.ToJsonString()}\n{string.Join('\n', rows)}";

    private static string[][] Words(JsonNode texts) =>
        [.. texts.AsArray().Select(text => text!.AsArray().Select(word => (string)word!).ToArray())];

    private static string Numbers(IEnumerable<int> numbers) => $"[{string.Join(',', numbers)}]";
}
