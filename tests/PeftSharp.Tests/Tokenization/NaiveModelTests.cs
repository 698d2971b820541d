using CsCheck;
using PeftSharp.Tokenization;

namespace PeftSharp.Tests.Tokenization;

/// <summary>The models against second implementations that only follow the definition.</summary>
public class NaiveModelTests
{
    private static readonly string[] Letters = ["a", "b", "c", "d", "é", "𝐀", "zz"];
    private static readonly Gen<string> Word = Gen.Int[0, Letters.Length - 1].Array[1, 24].Select(
        places => string.Concat(places.Select(place => Letters[place])));

    [Fact]
    public void Byte_pairs_are_joined_lowest_rank_first_from_the_left()
    {
        var (vocabulary, merges) = Merges("a b", "ab ab", "b c", "c d", "ab c", "a a", "aa b", "abab c", "é d", "𝐀 a", "bc d", "z z");
        var model = new BytePairEncoding(vocabulary, merges, new BytePairOptions());
        Word.Sample(word => model.Tokenize(word).Ids.Select(id => model.TokenOf(id)!).Should().Equal(NaiveBytePairs(word, merges)));
    }

    [Fact]
    public void Places_of_byte_pairs_cut_the_word_into_its_tokens()
    {
        var (vocabulary, merges) = Merges("a b", "ab ab", "é d", "𝐀 a", "z z");
        var model = new BytePairEncoding(vocabulary, merges, new BytePairOptions());
        Word.Sample(word =>
        {
            var tokens = model.Tokenize(word);
            tokens.Starts.Zip(tokens.Ends, (start, end) => word[start..end]).Should().Equal(tokens.Ids.Select(id => model.TokenOf(id)!));
        });
    }

    [Fact]
    public void Word_pieces_are_the_longest_from_the_left_or_the_word_is_unknown()
    {
        string[] tokens = ["[UNK]", "a", "ab", "abc", "##b", "##bc", "##c", "##cd", "##a", "é", "##é", "##𝐀", "𝐀a", "zz", "##zz"];
        var vocabulary = tokens.Select((token, id) => (token, id)).ToDictionary(entry => entry.token, entry => entry.id);
        var model = new WordPiece(vocabulary, maxChars: 12);
        Word.Sample(word => model.Tokenize(word).Ids.Select(id => tokens[id]).Should().Equal(NaiveWordPieces(word, vocabulary, 12)));
    }

    [Fact]
    public void Unigram_pieces_are_those_with_the_highest_sum_of_scores()
    {
        ScoredPiece[] pieces =
        [
            new("?", 0), new("a", -2), new("ab", -2.5), new("abc", -4), new("b", -1.5), new("bc", -4.25), new("d", -3), new("é", -1),
            new("éd", -2), new("𝐀a", -5), new("z", -3), new("zz", -4),
        ];
        var model = new Unigram(pieces, unkId: 0, byteFallback: false);
        Word.Sample(word =>
        {
            var tokens = model.Tokenize(word);
            tokens.Starts.Should().Equal([0, .. tokens.Ends[..^1]]);
            var texts = tokens.Starts.Zip(tokens.Ends, (start, end) => word[start..end]).ToArray();
            Assert.Equal(string.Concat(texts), word);
            texts.Zip(tokens.Ids).Should().OnlyContain(token => token.Second == 0 || pieces[token.Second].Text == token.First);
            // An unknown character costs 10 more than the piece with the lowest score. Consecutive ones are one token.
            var score = texts.Zip(tokens.Ids).Sum(
                token => token.Second > 0 ? pieces[token.Second].Score : -15 * token.First.EnumerateRunes().Count());
            Assert.Equal(NaiveScore(word, pieces), score, 9);
        });
    }

    [Fact]
    public void A_very_long_word_of_unigram_pieces_does_not_take_quadratic_time()
    {
        var model = new Unigram([new("?", 0), new("a", -1), new("ab", -1.5), new("b", -1)], unkId: 0, byteFallback: false);
        model.Tokenize(string.Concat(Enumerable.Repeat("ab", 500_000))).Ids.Should().HaveCount(500_000);
    }

    [Fact]
    public void A_word_that_falls_on_the_cache_place_of_another_still_gets_its_own_tokens()
    {
        var vocabulary = Enumerable.Range(0, 200_000).ToDictionary(i => i == 0 ? "[UNK]" : $"w{i}", i => i);
        var model = new WordPiece(vocabulary);
        Parallel.For(1, 200_000, i => model.Tokenize($"w{i}").Ids.Should().Equal(i));
        Parallel.For(1, 200_000, i => model.Tokenize($"w{i}").Ids.Should().Equal(i));
    }

    [Fact]
    public void A_very_long_word_does_not_take_quadratic_time()
    {
        var (vocabulary, merges) = Merges("a b", "ab ab", "abab abab");
        var model = new BytePairEncoding(vocabulary, merges, new BytePairOptions());
        var word = string.Concat(Enumerable.Repeat("ab", 200_000));
        model.Tokenize(word).Ids.Should().HaveCount(50_000);
    }

    private static (Dictionary<string, int>, List<(string Left, string Right)>) Merges(params string[] lines)
    {
        var merges = lines.Select(line => line.Split(' ')).Select(pair => (Left: pair[0], Right: pair[1])).ToList();
        var tokens = new[] { "a", "b", "c", "d", "é", "𝐀", "z" }.Concat(merges.Select(merge => merge.Left + merge.Right)).Distinct();
        return (tokens.Select((token, id) => (token, id)).ToDictionary(entry => entry.token, entry => entry.id), merges);
    }

    private static List<string> NaiveBytePairs(string word, List<(string Left, string Right)> merges)
    {
        var symbols = word.EnumerateRunes().Select(rune => rune.ToString()).ToList();
        while (true)
        {
            var best = Enumerable.Range(0, symbols.Count - 1).Select(i => (Rank: merges.IndexOf((symbols[i], symbols[i + 1])), Place: i))
                .Where(pair => pair.Rank >= 0).Order().FirstOrDefault((-1, -1));
            if (best.Item1 < 0)
                return symbols;
            symbols[best.Item2] += symbols[best.Item2 + 1];
            symbols.RemoveAt(best.Item2 + 1);
        }
    }

    private static double NaiveScore(string word, ScoredPiece[] pieces)
    {
        var runes = word.EnumerateRunes().Select(rune => rune.ToString()).ToArray();
        var best = new double[runes.Length + 1];
        for (var end = 1; end <= runes.Length; end++)
            best[end] = Enumerable.Range(0, end).Select(start => best[start] + Score(start, end)).Max();
        return best[^1];

        double Score(int start, int end) => pieces.Skip(1)
            .Where(piece => piece.Text == string.Concat(runes[start..end])).Select(piece => piece.Score)
            .DefaultIfEmpty(end - start == 1 ? -15 : double.NegativeInfinity).Single();
    }

    private static List<string> NaiveWordPieces(string word, Dictionary<string, int> vocabulary, int maxChars)
    {
        var pieces = new List<string>();
        for (var start = 0; start < word.Length;)
        {
            var piece = Enumerable.Range(1, word.Length - start).Select(length => (start > 0 ? "##" : "") + word[start..(start + length)])
                .LastOrDefault(vocabulary.ContainsKey);
            if (piece is null || word.EnumerateRunes().Count() > maxChars)
                return ["[UNK]"];
            start += piece.Length - (start > 0 ? 2 : 0);
            pieces.Add(piece);
        }
        return pieces;
    }
}
