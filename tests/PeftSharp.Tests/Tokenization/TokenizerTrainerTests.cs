using System.Text.Json.Nodes;
using PeftSharp.Models;
using PeftSharp.Tokenization;

namespace PeftSharp.Tests.Tokenization;

/// <summary>Trainers, compared with what those of tokenizers 0.23 learned (tests/fixtures/tokenizers/make_trained.py).</summary>
public sealed class TokenizerTrainerTests
{
    private static readonly JsonNode Recorded = JsonNode.Parse(
        File.ReadAllBytes(Path.Combine(ReferenceRoot.Repository, "tests", "fixtures", "tokenizers", "trained.json")))!;

    private static readonly string[] Texts = Strings(Recorded["texts"]!);

    [Theory, Trait("Category", "Parity")]
    [InlineData("bpe-all"), InlineData("bpe-min-frequency"), InlineData("bpe-limit-alphabet"), InlineData("bpe-max-length")]
    [InlineData("bpe-suffix"), InlineData("bpe-no-words"), InlineData("wordpiece"), InlineData("wordpiece-larger")]
    [InlineData("wordpiece-min-frequency"), InlineData("wordlevel"), InlineData("wordlevel-min-frequency")]
    public void A_vocabulary_is_that_of_Python(string name)
    {
        AddedToken[] special = ["[PAD]", "[UNK]"];
        TokenizerTrainer trainer = name switch
        {
            "bpe-all" => new BpeTrainer(),
            "bpe-min-frequency" => new BpeTrainer { MinFrequency = 20 },
            "bpe-limit-alphabet" => new BpeTrainer { VocabSize = 120, LimitAlphabet = 30, SpecialTokens = special },
            "bpe-max-length" => new BpeTrainer { VocabSize = 200, MaxTokenLength = 4 },
            "bpe-suffix" => new BpeTrainer { VocabSize = 150, EndOfWordSuffix = "</w>" },
            "bpe-no-words" => new BpeTrainer { VocabSize = 150 },
            "wordpiece" => new WordPieceTrainer { VocabSize = 60, SpecialTokens = special },
            "wordpiece-larger" => new WordPieceTrainer { VocabSize = 200, SpecialTokens = special },
            "wordpiece-min-frequency" => new WordPieceTrainer { MinFrequency = 40, SpecialTokens = special },
            "wordlevel" => new WordLevelTrainer { VocabSize = 30, SpecialTokens = special },
            _ => new WordLevelTrainer { VocabSize = 1000, MinFrequency = 10, SpecialTokens = special },
        };
        PreTokenizer? splitter = name == "bpe-no-words" ? null : trainer is WordPieceTrainer ? new BertPreTokenizer() : new Whitespace();
        Normalizer? normalizer = trainer is WordPieceTrainer ? new BertNormalizer(new BertNormalizerOptions()) : null;
        var learned = trainer.Learn(WordCounter.Count(Texts, normalizer, splitter, null, default), null, default);
        AssertSame(Recorded["cases"]![name]!, learned.Fields);
    }

    [Fact, Trait("Category", "Parity")]
    public void A_byte_level_tokenizer_is_that_of_Python()
    {
        var tokenizer = new BpeTrainer { VocabSize = 400 }.Train(Texts);
        AssertSame(Recorded["cases"]!["bpe-bytes"]!, ModelOf(tokenizer));
        foreach (var text in Texts)
            Assert.Equal(text, tokenizer.Decode(tokenizer.Encode(text).Ids));
    }

    [Theory, Trait("Category", "Parity"), InlineData("tiny-gpt2"), InlineData("tiny-bert")]
    public void A_tokenizer_is_trained_again_as_in_Python(string name)
    {
        var expected = Recorded["again"]![name]!;
        var old = AutoTokenizer.FromPretrained(Vocabularies.Require(name));
        var tokenizer = old.TrainNewFromIterator(Texts, (int)expected["size"]!, [new AddedToken("<new>")]);
        AssertSame(expected, ModelOf(tokenizer));
        Assert.Equal((int)expected["length"]!, tokenizer.Count);
        Assert.Equal((int)expected["new"]!, tokenizer.ConvertTokensToIds("<new>"));
        foreach (var (token, value) in expected["special"]!.AsObject())
            if (value is JsonValue text)
                Assert.Equal((string)text!, tokenizer.SpecialTokensMap[token]);
        tokenizer.ExtraSpecialTokens.Should().Contain("<new>");
        old.SpecialTokensMap.Should().Equal(tokenizer.SpecialTokensMap);
        old.AllSpecialTokens.Should().NotContain("<new>");
    }

    [Fact]
    public void Additional_special_tokens_that_the_trainer_does_not_have_are_not_in_the_new_tokenizer()
    {
        var old = AutoTokenizer.FromPretrained(Vocabularies.Require("tiny-bert"))
            .TrainNewFromIterator(Texts, 60, [new AddedToken("<kept>"), new AddedToken("<dropped>")]);
        var trainer = new WordPieceTrainer { VocabSize = 60, SpecialTokens = [new AddedToken("[UNK]"), new AddedToken("<kept>")] };
        var tokenizer = old.TrainNewFromIterator(Texts, trainer);
        tokenizer.ExtraSpecialTokens.Should().Equal("<kept>");
        tokenizer.AllSpecialIds.Should().OnlyHaveUniqueItems();
    }

    [Theory, Trait("Category", "Parity"), InlineData("unigram", 100, 0.75, 2, 16), InlineData("unigram-larger", 180, 0.6, 3, 8)]
    public void A_unigram_model_is_about_that_of_Python(string name, int size, double shrinking, int iterations, int length)
    {
        var expected = Recorded["cases"]![name]!["pieces"]!.AsArray()
            .ToDictionary(piece => (string)piece![0]!, piece => (double)piece![1]!);
        var trainer = new UnigramTrainer
        {
            VocabSize = size, ShrinkingFactor = shrinking, NSubIterations = iterations, MaxPieceLength = length, UnkToken = "<unk>",
            SpecialTokens = ["<unk>"],
        };
        var words = WordCounter.Count(Texts, null, new Metaspace('▁', PrependScheme.Always, split: true), null, default);
        var learned = trainer.Learn(words, null, default).Fields["vocab"]!.AsArray()
            .ToDictionary(piece => (string)piece![0]!, piece => (double)piece![1]!);
        Assert.Equal(expected.Count, learned.Count);
        learned.Keys.Intersect(expected.Keys).Count().Should().BeGreaterThanOrEqualTo((int)(0.97 * expected.Count));
        LogLikelihood(words, learned).Should().BeApproximately(LogLikelihood(words, expected), 0.002 * -LogLikelihood(words, expected));
        foreach (var piece in learned.Keys.Intersect(expected.Keys).Where(piece => expected[piece] > -6))
            learned[piece].Should().BeApproximately(expected[piece], 0.05, piece);
    }

    [Fact]
    public void A_first_tokenizer_of_each_kind_can_be_saved_and_loaded()
    {
        using var folder = new TemporaryFolder();
        TokenizerTrainer[] trainers =
        [
            new WordPieceTrainer { VocabSize = 90 }, new BpeTrainer { VocabSize = 300 }, new UnigramTrainer { VocabSize = 100 },
            new WordLevelTrainer { VocabSize = 50 },
        ];
        foreach (var trainer in trainers)
        {
            var tokenizer = trainer.Train(Texts);
            Assert.Equal(trainer.VocabSize, tokenizer.Count);
            tokenizer.SavePretrained(folder.Path);
            var again = AutoTokenizer.FromPretrained(folder.Path);
            again.SpecialTokensMap.Should().Equal(tokenizer.SpecialTokensMap);
            foreach (var text in Texts.Take(20).Append("Anna talked.").Append("x <pad> [PAD] <|endoftext|>"))
            {
                again.Encode(text).Tokens.Should().Equal(tokenizer.Encode(text).Tokens);
                Assert.Equal(tokenizer.Decode(tokenizer.Encode(text).Ids), again.Decode(again.Encode(text).Ids));
            }
        }
        var bert = new WordPieceTrainer { VocabSize = 90 }.Train(Texts).Encode("Anna talked", "Ben");
        bert.Tokens[0].Should().Be("[CLS]");
        bert.TypeIds[^1].Should().Be(1);
    }

    [Fact]
    public void Options_and_texts_that_cannot_be_used_are_refused()
    {
        var none = () => new BpeTrainer().Train([" ", ""]);
        none.Should().NotThrow();                                       // a space is a word of a byte-level tokenizer
        var empty = () => new WordPieceTrainer().Train(["", " "]);
        empty.Should().Throw<ArgumentException>().WithMessage("*no words*");
        var small = () => new UnigramTrainer { VocabSize = 10 }.Train(Texts);
        small.Should().Throw<ArgumentException>().WithMessage("*VocabSize 10*");
        var negative = () => new BpeTrainer { VocabSize = 0 }.Train(Texts);
        negative.Should().Throw<ArgumentOutOfRangeException>();
        var special = () => new WordLevelTrainer { VocabSize = 1, SpecialTokens = ["a", "b"] }.Train(Texts);
        special.Should().Throw<ArgumentException>().WithMessage("*special tokens*");
        using var canceled = new CancellationTokenSource();
        canceled.Cancel();
        var stopped = () => new BpeTrainer().Train(Texts, cancellationToken: canceled.Token);
        stopped.Should().Throw<OperationCanceledException>();
    }

    [Fact]
    public void Progress_is_reported()
    {
        var reports = new List<TokenizerTrainProgress>();
        new BpeTrainer { VocabSize = 600 }.Train(Enumerable.Repeat(Texts, 10).SelectMany(texts => texts), new Reports(reports));
        reports.Should().Contain(report => report.Stage == "Count words" && report.Completed == 2000);
        reports[^1].Completed.Should().Be(reports[^1].Total);
    }

    private static void AssertSame(JsonNode expected, JsonObject learned)
    {
        var vocabulary = learned["vocab"]!.AsObject().ToDictionary(token => token.Key, token => (int)token.Value!);
        if (expected["vocab"] is JsonObject ids)
            vocabulary.OrderBy(token => token.Value)
                .Should().Equal(ids.ToDictionary(token => token.Key, token => (int)token.Value!).OrderBy(token => token.Value));
        if (expected["merges"] is { } merges)
            Assert.Equal(merges.ToJsonString(), learned["merges"]!.ToJsonString());
        if (expected["tokens"] is { } tokens)
            vocabulary.Keys.Order(StringComparer.Ordinal).Should().Equal(Strings(tokens).Order(StringComparer.Ordinal));
        if (expected["common"] is { } common)
            Strings(common).Should().BeSubsetOf(vocabulary.Keys);
    }

    private static JsonObject ModelOf(Tokenizer tokenizer)
    {
        using var folder = new TemporaryFolder();
        tokenizer.SavePretrained(folder.Path);
        return JsonNode.Parse(File.ReadAllBytes(folder.File("tokenizer.json")))!["model"]!.AsObject();
    }

    /// <summary>The logarithm of the likelihood of the words, each with its best segmentation.</summary>
    private static double LogLikelihood(
        IReadOnlyList<KeyValuePair<string, long>> words, Dictionary<string, double> pieces) => words.Sum(word =>
    {
        var best = new double[word.Key.Length + 1];
        Array.Fill(best, double.NegativeInfinity, 1, word.Key.Length);
        for (var start = 0; start < word.Key.Length; start++)
            for (var end = start + 1; end <= word.Key.Length; end++)
                if (pieces.TryGetValue(word.Key[start..end], out var score))
                    best[end] = Math.Max(best[end], best[start] + score);
        return word.Value * best[^1];
    });

    private static string[] Strings(JsonNode node) => [.. node.AsArray().Select(value => (string)value!)];

    private sealed class Reports(List<TokenizerTrainProgress> reports) : IProgress<TokenizerTrainProgress>
    {
        public void Report(TokenizerTrainProgress value) => reports.Add(value);
    }
}
