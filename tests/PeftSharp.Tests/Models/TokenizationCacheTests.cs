using PeftSharp.Data;
using PeftSharp.Models;
using PeftSharp.Tests.Data;
using PeftSharp.Tests.Prediction;
using PeftSharp.Tokenization;

namespace PeftSharp.Tests.Models;

/// <summary>Stored tokens of words and of answers: they equal the tokens in memory and are used for the same data only.</summary>
public sealed class TokenizationCacheTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly Tokenizer _tokenizer = Recorded.Tokenizer();

    private string Cache => _folder.File("cache");

    public void Dispose()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        _folder.Dispose();
    }

    [Fact]
    public void Stored_words_equal_the_words_in_memory_with_the_names_of_their_tags()
    {
        var words = Words();
        var inMemory = words.TokenizeWords(_tokenizer, maxLength: 8);
        for (var time = 0; time < 2; time++)
            SavedDatasets.ShouldEqual(words.TokenizeWords(_tokenizer, maxLength: 8, cacheFolder: Cache), inMemory);
        Stored().Should().Be(1);
        inMemory.GetClassNames("labels").Should().Equal("B-PER", "O");
        var splits = new DatasetDict { ["train"] = words }.TokenizeWords(_tokenizer, maxLength: 8, cacheFolder: Cache);
        SavedDatasets.ShouldEqual(splits["train"], inMemory);
        Stored().Should().Be(1);
    }

    [Fact]
    public void Other_words_tags_and_arguments_have_other_stored_tokens()
    {
        var words = Words();
        Func<Dataset>[] calls =
        [
            () => words.TokenizeWords(_tokenizer, maxLength: 8, cacheFolder: Cache),
            () => words.TokenizeWords(_tokenizer, maxLength: 9, cacheFolder: Cache),
            () => words.TokenizeWords(_tokenizer, alignment: LabelAlignment.AllTokens, maxLength: 8, cacheFolder: Cache),
            () => words.RemoveColumns("tags").TokenizeWords(_tokenizer, maxLength: 8, cacheFolder: Cache),
            () => words.Select(1..).TokenizeWords(_tokenizer, maxLength: 8, cacheFolder: Cache),
            () => words.TokenizeWords(new WordPieceTrainer().Train(["Anna won film"]), maxLength: 8, cacheFolder: Cache),
        ];
        for (var i = 0; i < calls.Length; i++)
        {
            calls[i]();
            Stored().Should().Be(i + 1);
        }
        foreach (var call in calls) call();
        words.AddColumn("id", Enumerable.Range(0, words.Count)).TokenizeWords(_tokenizer, maxLength: 8, cacheFolder: Cache)
            .ColumnNames.Should().Contain("id", "a column that is not read is kept and does not change the stored tokens");
        Stored().Should().Be(calls.Length);
    }

    [Fact]
    public void Stored_answers_equal_the_answers_in_memory()
    {
        var questions = Questions(answer: "Anna");
        var inMemory = questions.TokenizeAnswers(_tokenizer, maxLength: 24, stride: 8);
        inMemory.Count.Should().BeGreaterThan(questions.Count, "long texts have several windows");
        for (var time = 0; time < 2; time++)
            SavedDatasets.ShouldEqual(questions.TokenizeAnswers(_tokenizer, maxLength: 24, stride: 8, cacheFolder: Cache), inMemory);
        Stored().Should().Be(1);
        var splits = new DatasetDict { ["train"] = questions }.TokenizeAnswers(_tokenizer, maxLength: 24, stride: 8, cacheFolder: Cache);
        SavedDatasets.ShouldEqual(splits["train"], inMemory);
        Stored().Should().Be(1);
        questions.TokenizeAnswers(_tokenizer, maxLength: 24, stride: 4, cacheFolder: Cache);
        questions.TokenizeAnswers(_tokenizer, maxLength: 20, stride: 8, cacheFolder: Cache);
        SavedDatasets.ShouldEqual(Questions(answer: "bad").TokenizeAnswers(_tokenizer, maxLength: 24, stride: 8, cacheFolder: Cache),
            Questions(answer: "bad").TokenizeAnswers(_tokenizer, maxLength: 24, stride: 8));
        Stored().Should().Be(4);
    }

    [Fact]
    public void An_answer_that_does_not_occur_is_an_error_before_anything_is_stored()
    {
        Questions(answer: "Bob").Invoking(bad => bad.TokenizeAnswers(_tokenizer, cacheFolder: Cache))
            .Should().ThrowExactly<DatasetException>().WithMessage("Row 0: the answer 'Bob' does not occur*");
        Stored().Should().Be(0);
        Questions(answer: "Anna").Invoking(data => data.TokenizeAnswers(
            Tokenizer.FromBackend(new WordsOnly(), new()), cacheFolder: Cache)).Should().ThrowExactly<NotSupportedException>();
    }

    private int Stored() => Directory.Exists(Cache) ? Directory.GetFiles(Cache, "map.json", SearchOption.AllDirectories).Length : 0;

    private static Dataset Words() => Dataset.FromDict(
        ("words", Enumerable.Range(0, 1_200).Select(i => i % 2 == 0 ? new[] { "Anna", "won", "the-film" } : ["film"]).ToArray()),
        ("tags", Enumerable.Range(0, 1_200).Select(i => i % 2 == 0 ? new[] { "B-PER", "O", "O" } : ["O"]).ToArray()))
        .ClassEncodeColumn("tags");

    private static Dataset Questions(string answer)
    {
        var (before, after) = (Enumerable.Repeat("the film was good", 10), Enumerable.Repeat("bad", 20));
        var context = string.Join(' ', [.. before, "Anna", .. after]);
        return Dataset.FromDict(("question", new[] { "who", "who won" }), ("context", new[] { context, context }),
            ("answers", new[] { answer, "" }));
    }

    /// <summary>A tokenizer of another library, whose content is unknown.</summary>
    private sealed class WordsOnly : TokenizerBackend
    {
        public override IReadOnlyDictionary<string, int> Vocabulary { get; } = new Dictionary<string, int> { ["a"] = 0 };

        public override IReadOnlyList<BackendToken> Tokenize(string text) => [new BackendToken(0, 0, text.Length)];

        public override string Decode(IReadOnlyList<int> ids) => "a";
    }
}
