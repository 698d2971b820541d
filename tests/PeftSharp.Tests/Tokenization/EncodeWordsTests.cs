using PeftSharp.Models;
using PeftSharp.Tokenization;

namespace PeftSharp.Tests.Tokenization;

/// <summary>Words that are given one by one keep their numbers and their labels.</summary>
public sealed class EncodeWordsTests
{
    private static readonly string[] _words = ["Siobhan", "O'Brien", "visits", "", "🙂café", "now"];

    private static Tokenizer Bert => AutoTokenizer.FromPretrained(Vocabularies.Require("tiny-bert"));

    private static Tokenizer Gpt2 => Gpt2Tokenizer.FromPretrained(Vocabularies.Require("tiny-gpt2"), addPrefixSpace: true);

    [Fact]
    public void Tokens_are_those_of_each_word_alone_with_its_number_and_its_places()       // is_split_into_words in Python
    {
        foreach (var tokenizer in new[] { Bert, Gpt2 })
        {
            var encoding = tokenizer.EncodeWords(_words, addSpecialTokens: false);
            var alone = _words.Select(word => tokenizer.Encode(word, addSpecialTokens: false)).ToArray();
            encoding.Ids.Should().Equal(alone.SelectMany(word => word.Ids));
            encoding.Offsets.Should().Equal(alone.SelectMany(word => word.Offsets));
            encoding.CodePointOffsets.Should().Equal(alone.SelectMany(word => word.CodePointOffsets));
            encoding.WordIds.Should().Equal(alone.SelectMany((word, number) => Enumerable.Repeat((int?)number, word.Length)));
        }
    }

    [Fact]
    public void Ordinary_words_give_the_tokens_of_their_text()
    {
        string[] words = ["the", "movie", "was", "great"];
        foreach (var tokenizer in new[] { Bert, Gpt2 })
            tokenizer.EncodeWords(words).Ids.Should().Equal(tokenizer.Encode("the movie was great").Ids);
        Bert.EncodeWords(words[..2], words[2..]).Ids.Should().Equal(Bert.Encode("the movie", "was great").Ids);
        Bert.EncodeWords([words[..2], words[2..]], padding: true, padToMultipleOf: 8).AttentionMask.Should().BeEquivalentTo(
            Bert.Encode(["the movie", "was great"], padding: true, padToMultipleOf: 8).AttentionMask,
            options => options.WithStrictOrdering());
        Assert.Equal(4, Bert.EncodeWords(words, padding: PaddingStrategy.MaxLength, truncation: true, maxLength: 4).Length);
    }

    [Fact]
    public void Labels_go_to_the_first_token_of_a_word_or_to_all()
    {
        int[] labels = [1, 2, 0, 0, 0, 3];
        var encoding = Bert.EncodeWords(_words, ["a", "pair"], padding: PaddingStrategy.MaxLength, maxLength: 64);
        var words = encoding.WordIds;
        var first = encoding.AlignLabels(labels);
        var all = encoding.AlignLabels(labels, LabelAlignment.AllTokens, ignored: -1);
        var seen = -1;
        for (var i = 0; i < encoding.Length; i++)
        {
            var isOfWord = words[i] is not null && encoding.SequenceIds[i] == 0;
            Assert.Equal(isOfWord ? labels[words[i]!.Value] : -1, all[i]);
            Assert.Equal(isOfWord && words[i] != seen ? labels[words[i]!.Value] : -100, first[i]);
            seen = words[i] ?? -1;
        }
        all.Count(label => label == 2).Should().BeGreaterThan(1, "O'Brien is one word of several tokens");
        first.Should().ContainSingle(label => label == 2);
    }

    [Fact]
    public void Labels_of_a_batch_follow_the_rows_also_where_a_text_overflows()
    {
        string[][] words = [["the", "movie", "was", "great"], ["a", "film"]];
        long[][] labels = [[1, 2, 3, 4], [5, 6]];
        long[][] expected = [[-100, 1, 2, 3, 4, -100], [-100, 5, 6, -100]];
        Bert.EncodeWords(words).AlignLabels(labels).Select(row => row.Where((label, i) => label != -100 || i == 0 || i == row.Length - 1))
            .Should().BeEquivalentTo(expected, options => options.WithStrictOrdering());
        var parts = Bert.EncodeWords(words, truncation: true, maxLength: 4, returnOverflowingTokens: true);
        parts.AlignLabels(labels).Should().BeEquivalentTo(
            parts.OverflowToSampleMapping!.Select((text, row) => parts.Encodings[row].AlignLabels(labels[text])),
            options => options.WithStrictOrdering());
        parts.AlignLabels(labels).SelectMany(row => row).Should().Contain(4L);
    }

    [Fact]
    public void Encodings_without_words_and_labels_of_other_counts_are_rejected_with_the_remedy()
    {
        FluentActions.Invoking(() => Gpt2Tokenizer.FromPretrained(Vocabularies.Require("tiny-gpt2")).EncodeWords(_words))
            .Should().ThrowExactly<TokenizerException>().Which.Message.Should().Contain("addPrefixSpace: true");
        FluentActions.Invoking(() => Bert.Encode("a b").AlignLabels([1, 2]))
            .Should().ThrowExactly<InvalidOperationException>().Which.Message.Should().Contain("EncodeWords");
        FluentActions.Invoking(() => Bert.EncodeWords(_words).AlignLabels([1, 2]))
            .Should().ThrowExactly<ArgumentException>().Which.Message.Should().Contain("6 words but 2 labels");
        FluentActions.Invoking(() => Bert.EncodeWords([_words]).AlignLabels([[1], [2]]))
            .Should().ThrowExactly<ArgumentException>().Which.Message.Should().Contain("1 text, but labels are given for 2");
        FluentActions.Invoking(() => Bert.EncodeWords([_words, [null!]]))
            .Should().ThrowExactly<ArgumentException>().Which.Message.Should().Contain("Text 1");
        Bert.EncodeWords(Array.Empty<string[]>()).AlignLabels(Array.Empty<int[]>()).Should().BeEmpty();
        Assert.Equal(2, Bert.EncodeWords(Array.Empty<string>()).Length);
    }

    [Fact]
    public void A_tokenizer_that_joins_words_takes_them_with_the_spaces_of_their_text()
    {
        var gpt2 = Gpt2Tokenizer.FromPretrained(Vocabularies.Require("tiny-gpt2"));
        var encoding = gpt2.EncodeWords(["Hello", " world", "!"]);
        encoding.Ids.Should().Equal(gpt2.Encode("Hello world!").Ids);
        encoding.WordIds.Distinct().Select(word => word!.Value).Should().Equal(0, 1, 2);
        gpt2.EncodeWords(["Hello"]).Ids.Should().Equal(gpt2.Encode("Hello").Ids);
    }

    [SkippableTheory, InlineData("tiny-llama3")]
    public void Words_without_spaces_are_refused_wherever_the_tokenizer_would_join_them(string name)
    {
        var tokenizer = AutoTokenizer.FromPretrained(Vocabularies.Require(name));
        FluentActions.Invoking(() => tokenizer.EncodeWords([["Hello"], ["Hello", "world"]]))
            .Should().ThrowExactly<TokenizerException>().Which.Message.Should().Contain("pass each word with the space");
        tokenizer.EncodeWords(["Hello", " world"]).Ids.Should().Equal(tokenizer.Encode("Hello world").Ids);
    }

    [SkippableFact]
    public void Words_of_a_tokenizer_that_marks_their_beginning_need_no_spaces()
    {
        var tokenizer = AutoTokenizer.FromPretrained(Vocabularies.Require("tiny-llama"));
        tokenizer.EncodeWords(["Hello", "world"]).Ids.Should().Equal(tokenizer.Encode("Hello world").Ids);
    }
}
