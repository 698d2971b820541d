using System.Buffers;
using PeftSharp.MLTokenizers;
using PeftSharp.Models;
using PeftSharp.Tests.Tokenization;
using PeftSharp.Tokenization;

namespace PeftSharp.Tests.MLTokenizers;

/// <summary>A tokenizer of PeftSharp returns the same results when it is used as one of Microsoft.ML.Tokenizers.</summary>
public class MLTokenizerTests
{
    public static TheoryData<string> Kinds => new(["bert", "bert-cased", "bert-added", "gpt2", "gpt2-prefix"]);

    public static TheoryData<string, string> Recorded => RecordedTokenizer.All();

    [SkippableTheory, MemberData(nameof(Recorded)), Trait("Category", "Parity")]
    public void Ids_and_texts_are_those_that_Python_recorded(string name, string files)
    {
        var rows = RecordedTokenizer.Read(name).GetProperty("rows");
        var tokenizer = RecordedTokenizer.Load(name, files);
        Microsoft.ML.Tokenizers.Tokenizer plain = tokenizer.AsMLTokenizer(), special = tokenizer.AsMLTokenizer(addSpecialTokens: true);
        foreach (var row in rows.EnumerateArray())
        {
            var text = row.GetProperty("text").GetString()!;
            plain.EncodeToIds(text).Should().Equal(RecordedTokenizer.Ints(row.GetProperty("plain")));
            special.EncodeToIds(text).Should().Equal(RecordedTokenizer.Ints(row.GetProperty("ids")));
            Assert.Equal(row.GetProperty("decoded").GetString(), plain.Decode(RecordedTokenizer.Ints(row.GetProperty("ids"))));
        }
    }

    [Theory, MemberData(nameof(Kinds))]
    public void Ids_tokens_places_and_counts_are_those_of_the_tokenizer_itself(string kind)
    {
        var tokenizer = UnusualTextTests.Load(kind);
        foreach (var addSpecialTokens in new[] { false, true })
        {
            Microsoft.ML.Tokenizers.Tokenizer adapted = tokenizer.AsMLTokenizer(addSpecialTokens);
            foreach (var text in NastyTexts.All.Append(NastyTexts.Long))
            {
                var expected = tokenizer.Encode(text, addSpecialTokens: addSpecialTokens);
                adapted.EncodeToIds(text).Should().Equal(expected.Ids);
                adapted.EncodeToIds(text.AsSpan()).Should().Equal(expected.Ids);
                Assert.Equal(expected.Length, adapted.CountTokens(text));
                Assert.Equal(expected.Length, adapted.CountTokens(text.AsSpan()));
                var tokens = adapted.EncodeToTokens(text, out var normalized);
                Assert.Null(normalized);
                tokens.Select(token => token.Id).Should().Equal(expected.Ids);
                tokens.Select(token => token.Value).Should().Equal(expected.Tokens);
                for (var i = 0; i < tokens.Count; i++)
                {
                    var (start, end) = (tokens[i].Offset.Start.Value, tokens[i].Offset.End.Value);
                    if (expected.SpecialTokensMask[i] == 0) new TokenOffset(start, end).Should().Be(expected.Offsets[i]);
                    else Assert.Equal(i == 0 ? (0, 0) : (text.Length, text.Length), (start, end));
                }
                Assert.Equal(tokenizer.Decode(expected.Ids), adapted.Decode(expected.Ids));
            }
        }
    }

    [Theory, MemberData(nameof(Kinds))]
    public void The_index_of_a_token_count_is_the_farthest_place_at_which_no_character_is_cut(string kind)
    {
        var tokenizer = UnusualTextTests.Load(kind);
        foreach (var addSpecialTokens in new[] { false, true })
        {
            Microsoft.ML.Tokenizers.Tokenizer adapted = tokenizer.AsMLTokenizer(addSpecialTokens);
            foreach (var text in NastyTexts.All)
            {
                var encoding = tokenizer.Encode(text, addSpecialTokens: false);
                var special = addSpecialTokens ? tokenizer.NumSpecialTokensToAdd() : 0;
                for (var max = 1; max <= Math.Min(encoding.Length + special + 2, 40); max++)
                {
                    var (fromStart, fromEnd) = (BruteForce(encoding, text.Length, max - special, fromEnd: false),
                        BruteForce(encoding, text.Length, max - special, fromEnd: true));
                    var added = max < special ? 0 : special;
                    Assert.Equal((text, max, fromStart.Index), (text, max, adapted.GetIndexByTokenCount(text, max, out _, out var count)));
                    Assert.Equal(fromStart.Count + added, count);
                    Assert.Equal(
                        (text, max, fromEnd.Index), (text, max, adapted.GetIndexByTokenCountFromEnd(text.AsSpan(), max, out _, out count)));
                    Assert.Equal(fromEnd.Count + added, count);
                    var ids = adapted.EncodeToIds(text, max, out _, out var consumed);
                    Assert.Equal((fromStart.Index, fromStart.Count + added), (consumed, ids.Count));
                    ids.Should().HaveCountLessThanOrEqualTo(max);
                    ids.Skip(added / 2).Take(fromStart.Count).Should().Equal(encoding.Ids.Take(fromStart.Count));
                }
            }
        }
    }

    [Fact]
    public void Without_normalization_BERT_keeps_capital_letters_and_without_splitting_it_sees_one_word()
    {
        var folder = Vocabularies.Require("tiny-bert");
        Microsoft.ML.Tokenizers.Tokenizer adapted = BertTokenizer.FromPretrained(folder).AsMLTokenizer();
        var cased = BertTokenizer.FromPretrained(folder, doLowerCase: false, stripAccents: false);
        const string Text = "The Movie was GREAT";
        adapted.EncodeToIds(Text, considerNormalization: false).Should().Equal(cased.Encode(Text, addSpecialTokens: false).Ids);
        adapted.EncodeToIds(Text, considerNormalization: false).Should().NotEqual(adapted.EncodeToIds(Text));
        adapted.EncodeToTokens("the movie", out _, considerPreTokenization: false)
            .Should().ContainSingle().Which.Value.Should().Be("[UNK]");
        Assert.Equal((null, null), (adapted.Normalizer, adapted.PreTokenizer));
    }

    [Fact]
    public void Without_splitting_GPT_2_still_spells_every_byte()
    {
        var tokenizer = AutoTokenizer.FromPretrained(Vocabularies.Require("tiny-gpt2"));
        Microsoft.ML.Tokenizers.Tokenizer adapted = tokenizer.AsMLTokenizer();
        foreach (var text in NastyTexts.WellFormed)
            Assert.Equal(text, adapted.Decode(adapted.EncodeToIds(text, considerPreTokenization: false)));
        adapted.EncodeToIds("movie", considerPreTokenization: false).Should().Equal(tokenizer.Encode("movie").Ids);
    }

    [Theory, MemberData(nameof(Kinds))]
    public void A_destination_that_is_too_small_gets_whole_characters_and_one_that_is_not_gets_the_text(string kind)
    {
        var tokenizer = UnusualTextTests.Load(kind);
        Microsoft.ML.Tokenizers.Tokenizer adapted = tokenizer.AsMLTokenizer();
        foreach (var text in NastyTexts.All)
        {
            var ids = tokenizer.Encode(text).Ids;
            var whole = tokenizer.Decode(ids);
            for (var size = 0; size <= whole.Length + 1; size++)
            {
                var destination = new char[size];
                var status = adapted.Decode(ids, destination, out var consumed, out var written);
                Assert.Equal(size >= whole.Length ? OperationStatus.Done : OperationStatus.DestinationTooSmall, status);
                Assert.Equal(whole[..written], new string(destination, 0, written));
                if (status == OperationStatus.Done) Assert.Equal((ids.Length, whole.Length), (consumed, written));
                if (written > 0 && written < whole.Length) Assert.False(char.IsHighSurrogate(whole[written - 1]));
            }
        }
    }

    [Fact]
    public void Ids_without_a_token_and_counts_below_one_are_errors()
    {
        var tokenizer = UnusualTextTests.Load("gpt2");
        Microsoft.ML.Tokenizers.Tokenizer adapted = tokenizer.AsMLTokenizer();
        var ids = tokenizer.Encode("Hello").Ids;
        FluentActions.Invoking(() => adapted.Decode([.. ids, tokenizer.Count]))
            .Should().ThrowExactly<InvalidOperationException>().Which.Message.Should().Contain($"{tokenizer.Count}");
        Assert.Equal(
            OperationStatus.InvalidData, adapted.Decode([.. ids, tokenizer.Count], new char[9], out var consumed, out var written));
        Assert.Equal((ids.Length, 5), (consumed, written));
        FluentActions.Invoking(() => adapted.EncodeToIds("Hello", 0, out _, out _)).Should().ThrowExactly<ArgumentOutOfRangeException>();
        FluentActions.Invoking(() => adapted.GetIndexByTokenCount("Hello", -1, out _, out _))
            .Should().ThrowExactly<ArgumentOutOfRangeException>();
    }

    // The largest number of tokens from one end that share no character with the remaining tokens.
    private static (int Index, int Count) BruteForce(TextEncoding encoding, int length, int room, bool fromEnd)
    {
        var (offsets, n) = (encoding.Offsets, encoding.Length);
        if (room < 0) return (fromEnd ? length : 0, 0);
        if (room >= n) return (fromEnd ? 0 : length, n);
        for (var count = room; count > 0; count--)
        {
            var (kept, left) = fromEnd ? (offsets[(n - count)..], offsets[..(n - count)]) : (offsets[..count], offsets[count..]);
            if (!kept.Any(a => left.Any(b => fromEnd ? a.Start < b.End : b.Start < a.End)))
                return (fromEnd ? kept.Min(a => a.Start) : kept.Max(a => a.End), count);
        }
        return (fromEnd ? length : 0, 0);
    }
}
