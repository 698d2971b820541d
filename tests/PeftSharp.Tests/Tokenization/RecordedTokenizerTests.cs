using System.Text.Json;
using PeftSharp.Tokenization;

namespace PeftSharp.Tests.Tokenization;

[Trait("Category", "Parity")]
public class RecordedTokenizerTests
{
    public static TheoryData<string, string> Recordings => RecordedTokenizer.All();

    [SkippableTheory, MemberData(nameof(Recordings))]
    public void Every_text_has_the_ids_tokens_and_places_of_Python_and_decodes_to_the_same(string name, string files)
    {
        var recorded = RecordedTokenizer.Read(name);
        var tokenizer = RecordedTokenizer.Load(name, files);
        Assert.Equal(recorded.GetProperty("vocabulary").GetInt32(), tokenizer.Count);
        foreach (var row in recorded.GetProperty("rows").EnumerateArray())
        {
            var text = row.GetProperty("text").GetString()!;
            var encoding = tokenizer.Encode(text);
            Assert.Equal(
                (text, Join(RecordedTokenizer.Texts(row.GetProperty("tokens")))), (text, Join(tokenizer.ConvertIdsToTokens(encoding.Ids))));
            encoding.Ids.Should().Equal(RecordedTokenizer.Ints(row.GetProperty("ids")));
            Assert.Equal((text, Join(RecordedTokenizer.Offsets(row.GetProperty("offsets")))), (text, Join(encoding.CodePointOffsets)));
            encoding.SpecialTokensMask.Should().Equal(RecordedTokenizer.Ints(row.GetProperty("special")));
            tokenizer.Encode(text, addSpecialTokens: false).Ids.Should().Equal(RecordedTokenizer.Ints(row.GetProperty("plain")));
            Assert.Equal(row.GetProperty("decoded").GetString(), tokenizer.Decode(encoding.Ids));
            Assert.Equal(row.GetProperty("decoded_skip_special").GetString(), tokenizer.Decode(encoding.Ids, skipSpecialTokens: true));
        }
    }

    [SkippableTheory, MemberData(nameof(Recordings))]
    public void Padding_truncation_pairs_and_overflow_give_the_rows_of_Python(string name, string files)
    {
        var recorded = RecordedTokenizer.Read(name);
        var tokenizer = RecordedTokenizer.Load(name, files);
        var (texts, pairs) = (RecordedTokenizer.Texts(recorded.GetProperty("texts")),
            RecordedTokenizer.Texts(recorded.GetProperty("pairs")));
        foreach (var recordedCase in recorded.GetProperty("cases").EnumerateObject())
        {
            BatchEncoding Run() => recordedCase.Name switch
            {
                "longest" => tokenizer.Encode(texts, padding: true),
                "max_length_12" => tokenizer.Encode(texts, padding: "max_length", maxLength: 12, truncation: true),
                "multiple_of_8" => tokenizer.Encode(texts, padding: true, padToMultipleOf: 8),
                "left" => tokenizer.Encode(texts, padding: true, paddingSide: PaddingSide.Left),
                "truncate_5" => tokenizer.Encode(texts, truncation: true, maxLength: 5),
                "pairs" => tokenizer.Encode(texts, pairs, padding: true),
                "overflow" => tokenizer.Encode(["one two three four five six seven eight nine ten"], truncation: true, maxLength: 6,
                    stride: 2, returnOverflowingTokens: true, padding: PaddingStrategy.MaxLength),
                ['p', 'a', 'i', 'r', '_', .. var strategy] =>
                    tokenizer.Encode(["one two three four five six seven eight", "one two three four five six seven eight"],
                        ["alpha beta gamma delta", "alpha beta gamma delta epsilon zeta eta theta iota kappa"], truncation: strategy,
                        maxLength: 11, padding: PaddingStrategy.MaxLength),
                var other => throw new NotSupportedException($"This test does not know the recorded case {other}."),
            };
            if (recordedCase.Value.TryGetProperty("error", out _))
                FluentActions.Invoking(Run).Should().ThrowExactly<TokenizerException>();
            else
                AssertColumns(recordedCase.Name, recordedCase.Value, Run());
        }
    }

    private static void AssertColumns(string name, JsonElement recorded, BatchEncoding batch)
    {
        batch.Keys.Order().Should().Equal(recorded.EnumerateObject().Select(column => column.Name).Order());
        foreach (var column in recorded.EnumerateObject())
        {
            if (column.Name == "overflow_to_sample_mapping")
                batch.OverflowToSampleMapping.Should().Equal(RecordedTokenizer.Ints(column.Value));
            else
                Assert.Equal(
                    (name, column.Name, string.Join('\n', column.Value.EnumerateArray().Select(row => Join(RecordedTokenizer.Ints(row))))),
                    (name, column.Name, string.Join('\n', batch[column.Name].Select(Join))));
        }
    }

    private static string Join<T>(IEnumerable<T> values) => string.Join(' ', values);
}
