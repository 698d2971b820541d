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
            Assert.Equal(alone.SelectMany(word => word.Ids), encoding.Ids);
            Assert.Equal(alone.SelectMany(word => word.Offsets), encoding.Offsets);
            Assert.Equal(alone.SelectMany(word => word.CodePointOffsets), encoding.CodePointOffsets);
            Assert.Equal(alone.SelectMany((word, number) => Enumerable.Repeat((int?)number, word.Length)), encoding.WordIds);
        }
    }

    [Fact]
    public void Ordinary_words_give_the_tokens_of_their_text()
    {
        string[] words = ["the", "movie", "was", "great"];
        foreach (var tokenizer in new[] { Bert, Gpt2 })
            Assert.Equal(tokenizer.Encode("the movie was great").Ids, tokenizer.EncodeWords(words).Ids);
        Assert.Equal(Bert.Encode("the movie", "was great").Ids, Bert.EncodeWords(words[..2], words[2..]).Ids);
        Assert.Equal(Bert.Encode(["the movie", "was great"], padding: true, padToMultipleOf: 8).AttentionMask, Bert.EncodeWords([words[..2], words[2..]], padding: true, padToMultipleOf: 8).AttentionMask);
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
        Assert.True(all.Count(label => label == 2) > 1);       // O'Brien is one word of several tokens
        Assert.Single(first, label => label == 2);
    }

    [Fact]
    public void Labels_of_a_batch_follow_the_rows_also_where_a_text_overflows()
    {
        string[][] words = [["the", "movie", "was", "great"], ["a", "film"]];
        long[][] labels = [[1, 2, 3, 4], [5, 6]];
        Assert.Equal([[-100, 1, 2, 3, 4, -100], [-100, 5, 6, -100]], Bert.EncodeWords(words).AlignLabels(labels).Select(row => row.Where((label, i) => label != -100 || i == 0 || i == row.Length - 1)));
        var parts = Bert.EncodeWords(words, truncation: true, maxLength: 4, returnOverflowingTokens: true);
        Assert.Equal(parts.OverflowToSampleMapping!.Select((text, row) => parts.Encodings[row].AlignLabels(labels[text])), parts.AlignLabels(labels));
        Assert.Contains(4L, parts.AlignLabels(labels).SelectMany(row => row));
    }

    [Fact]
    public void What_has_no_words_or_other_counts_is_refused_with_the_way_out()
    {
        Assert.Contains("addPrefixSpace: true", Assert.Throws<TokenizerException>(() => Gpt2Tokenizer.FromPretrained(Vocabularies.Require("tiny-gpt2")).EncodeWords(_words)).Message);
        Assert.Contains("EncodeWords", Assert.Throws<InvalidOperationException>(() => Bert.Encode("a b").AlignLabels([1, 2])).Message);
        Assert.Contains("6 words but 2 labels", Assert.Throws<ArgumentException>(() => Bert.EncodeWords(_words).AlignLabels([1, 2])).Message);
        Assert.Contains("1 texts but labels for 2", Assert.Throws<ArgumentException>(() => Bert.EncodeWords([_words]).AlignLabels([[1], [2]])).Message);
        Assert.Contains("Text 1", Assert.Throws<ArgumentException>(() => Bert.EncodeWords([_words, [null!]])).Message);
        Assert.Empty(Bert.EncodeWords(Array.Empty<string[]>()).AlignLabels(Array.Empty<int[]>()));
        Assert.Equal(2, Bert.EncodeWords(Array.Empty<string>()).Length);
    }

    [Fact]
    public void A_tokenizer_that_joins_words_takes_them_with_the_spaces_of_their_text()
    {
        var gpt2 = Gpt2Tokenizer.FromPretrained(Vocabularies.Require("tiny-gpt2"));
        var encoding = gpt2.EncodeWords(["Hello", " world", "!"]);
        Assert.Equal(gpt2.Encode("Hello world!").Ids, encoding.Ids);
        Assert.Equal([0, 1, 2], encoding.WordIds.Distinct().Select(word => word!.Value));
        Assert.Equal(gpt2.Encode("Hello").Ids, gpt2.EncodeWords(["Hello"]).Ids);
    }

    [SkippableTheory, InlineData("tiny-llama3")]
    public void Words_without_spaces_are_refused_wherever_the_tokenizer_would_join_them(string name)
    {
        var tokenizer = AutoTokenizer.FromPretrained(Vocabularies.Require(name));
        Assert.Contains("pass each word with the space", Assert.Throws<TokenizerException>(() => tokenizer.EncodeWords([["Hello"], ["Hello", "world"]])).Message);
        Assert.Equal(tokenizer.Encode("Hello world").Ids, tokenizer.EncodeWords(["Hello", " world"]).Ids);
    }

    [SkippableFact]
    public void Words_of_a_tokenizer_that_marks_their_beginning_need_no_spaces()
    {
        var tokenizer = AutoTokenizer.FromPretrained(Vocabularies.Require("tiny-llama"));
        Assert.Equal(tokenizer.Encode("Hello world").Ids, tokenizer.EncodeWords(["Hello", "world"]).Ids);
    }
}
