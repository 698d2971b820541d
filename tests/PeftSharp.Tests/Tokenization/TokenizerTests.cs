using PeftSharp.Models;
using PeftSharp.Tokenization;

namespace PeftSharp.Tests.Tokenization;

public class TokenizerTests
{
    private static readonly string[] Texts = ["The movie was great.", "", "🙂 don't", "a longer text about a film that goes on"];

    private static Tokenizer Bert => AutoTokenizer.FromPretrained(Vocabularies.Require("tiny-bert"));

    private static Tokenizer Gpt2 => AutoTokenizer.FromPretrained(Vocabularies.Require("tiny-gpt2"));

    [Fact]
    public void Rows_of_a_batch_are_the_single_encodings_in_order()
    {
        var tokenizer = Bert;
        var texts = Enumerable.Range(0, 500).Select(i => string.Join(' ', Enumerable.Range(i, i % 7).Select(n => $"word{n}"))).ToArray();
        tokenizer.Encode(texts).InputIds
            .Should().BeEquivalentTo(texts.Select(text => tokenizer.Encode(text).Ids), options => options.WithStrictOrdering());
    }

    [Fact]
    public void Columns_are_those_of_the_model_and_those_asked_for()
    {
        Bert.Encode(Texts).Keys.Should().Equal("input_ids", "token_type_ids", "attention_mask");
        Gpt2.Encode(Texts).ToColumns().Keys.Should().Equal("input_ids", "attention_mask");
        var columns = Bert.Encode(Texts, returnSpecialTokensMask: true, returnOffsetsMapping: true, returnOverflowingTokens: true,
            maxLength: 8).ToColumns();
        columns.Keys
            .Should().Equal(
                "input_ids", "token_type_ids", "attention_mask", "special_tokens_mask", "offset_mapping", "overflow_to_sample_mapping");
        columns.Values.Select(column => column.Length).Distinct().Should().ContainSingle();
    }

    [Fact]
    public void Padding_afterwards_is_padding_while_encoding()
    {
        var tokenizer = Bert;
        foreach (var side in Enum.GetValues<PaddingSide>())
        {
            var padded = tokenizer.Encode(Texts, padding: true, padToMultipleOf: 8, paddingSide: side, returnSpecialTokensMask: true);
            var loose = tokenizer.Encode(Texts, returnSpecialTokensMask: true);
            var columns = loose.Keys.ToDictionary(name => name, name => loose[name]);
            var result = tokenizer.Pad(columns, padToMultipleOf: 8, paddingSide: side);
            foreach (var name in padded.Keys)
                result[name].Should().BeEquivalentTo(padded[name], options => options.WithStrictOrdering());
        }
    }

    [Fact]
    public void Padding_afterwards_makes_the_attention_mask_that_is_missing()
    {
        var result = Bert.Pad(new Dictionary<string, int[][]> { ["input_ids"] = [[5, 6, 7], [8]] });
        int[][] ids = [[5, 6, 7], [8, 0, 0]], mask = [[1, 1, 1], [1, 0, 0]];
        result["input_ids"].Should().BeEquivalentTo(ids, options => options.WithStrictOrdering());
        result["attention_mask"].Should().BeEquivalentTo(mask, options => options.WithStrictOrdering());
    }

    [Fact]
    public void A_maximum_length_alone_truncates_and_the_default_is_that_of_the_model()
    {
        var tokenizer = Bert;
        var text = string.Join(' ', Enumerable.Repeat("movie", 300));
        Assert.Equal(10, tokenizer.Encode(text, maxLength: 10).Length);
        Assert.Equal(tokenizer.ModelMaxLength, tokenizer.Encode(text, truncation: true).Length);
        tokenizer.Encode(text).Length.Should().BeGreaterThan(tokenizer.ModelMaxLength!.Value);
        tokenizer.Encode(Texts, padding: PaddingStrategy.MaxLength).InputIds
            .Should().OnlyContain(row => row.Length == tokenizer.ModelMaxLength);
    }

    [Fact]
    public void Places_words_and_texts_of_a_pair_point_into_their_texts()
    {
        var encoding = Bert.Encode("𝐀 movie", "🙂 a film");
        string[] texts = ["𝐀 movie", "🙂 a film"];
        for (var i = 0; i < encoding.Length; i++)
        {
            Assert.Equal(encoding.SpecialTokensMask[i] == 1, encoding.SequenceIds[i] is null);
            Assert.Equal(encoding.SequenceIds[i] is null, encoding.WordIds[i] is null);
            if (encoding.SequenceIds[i] is { } text && encoding.Tokens[i] != "[UNK]")
                Assert.Equal(encoding.Tokens[i].Replace("##", "", StringComparison.Ordinal),
                    texts[text][encoding.Offsets[i].Start..encoding.Offsets[i].End]);
        }
    }

    [Fact]
    public void The_padding_token_can_be_the_end_of_the_text_as_in_the_chapter_on_GPT_2()
    {
        var tokenizer = Gpt2;
        Assert.Null(tokenizer.PadToken);
        tokenizer.PadToken = tokenizer.EosToken;
        Assert.Equal(tokenizer.EosTokenId, tokenizer.PadTokenId);
        Assert.Equal(tokenizer.PadTokenId, tokenizer.Encode(Texts, padding: true).InputIds[1][0]);
    }

    [Fact]
    public void Added_tokens_get_the_next_ids_and_are_found_as_a_whole()
    {
        var tokenizer = Gpt2;
        var size = tokenizer.Count;
        Assert.Equal(2, tokenizer.AddTokens(["<user>", "<user"]));
        Assert.Equal(0, tokenizer.AddTokens(["<user>"]));
        Assert.Equal(size + 2, tokenizer.Count);
        tokenizer.Encode("<user><user").Ids.Should().Equal(size, size + 1);
        Assert.Equal(1, tokenizer.AddSpecialTokens(new Dictionary<string, AddedToken> { ["pad_token"] = "[PAD]" }));
        Assert.Equal(size + 2, tokenizer.PadTokenId);
        Assert.Equal("<user>", tokenizer.Decode([size, size + 2], skipSpecialTokens: true));
    }

    [Fact]
    public void Tokens_and_ids_convert_into_each_other()
    {
        var tokenizer = Bert;
        foreach (var (token, id) in tokenizer.GetVocab())
            Assert.Equal(token, tokenizer.ConvertIdsToTokens(id));
        Assert.Equal(tokenizer.UnkTokenId, tokenizer.ConvertTokensToIds("no such token"));
        tokenizer.Tokenize("a", addSpecialTokens: true).Should().Equal("[CLS]", "a", "[SEP]");
        tokenizer.ConvertIdsToTokens(tokenizer.Encode("a").Ids, skipSpecialTokens: true).Should().Equal("a");
        Assert.Equal((2, 3), (tokenizer.NumSpecialTokensToAdd(), tokenizer.NumSpecialTokensToAdd(pair: true)));
    }

    [Fact]
    public void A_lone_half_of_a_pair_counts_as_the_replacement_character()
    {
        Gpt2.Encode("a\uD83Db").Ids.Should().Equal(Gpt2.Encode("a\uFFFDb").Ids);
        Bert.Encode("a\uDE00b").Ids.Should().Equal(Bert.Encode("a\uFFFDb").Ids);
    }
}
