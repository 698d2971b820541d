using System.Text.Json.Nodes;
using PeftSharp.Modeling;
using PeftSharp.Models;
using PeftSharp.Prediction;

namespace PeftSharp.Tests.Prediction;

public sealed class EntityRecognizerTests
{
    private static readonly PretrainedOptions _labels = new() { LabelNames = ["O", "B-PER", "I-PER", "B-LOC", "I-LOC"] };

    /// <summary>Each strategy and its name in the recorded values.</summary>
    public static TheoryData<AggregationStrategy, string> Strategies => new()
    {
        { AggregationStrategy.None, "none" }, { AggregationStrategy.Simple, "simple" }, { AggregationStrategy.First, "first" },
        { AggregationStrategy.Average, "average" }, { AggregationStrategy.Max, "max" },
    };

    [Theory, MemberData(nameof(Strategies))]
    public void Entities_are_those_of_transformers(AggregationStrategy strategy, string recorded)
    {
        using var model = AutoModelForTokenClassification.FromPretrained(Recorded.Model("bert-token-classification"), _labels);
        using var recognizer = new EntityRecognizer(model, Recorded.Tokenizer());
        var texts = Recorded.Texts("entity_texts");
        foreach (var batchSize in new[] { 1, 32 })
        {
            Check(texts[..3], Recorded.Value("entities_" + recorded), recognizer.Recognize(texts[..3], strategy, batchSize: batchSize));
            if (strategy != AggregationStrategy.None)
                Check(texts, Recorded.Value("entities_windows_" + recorded),
                    recognizer.Recognize(texts, strategy, stride: 4, batchSize: batchSize));
        }
    }

    [Theory, MemberData(nameof(Strategies))]
    public void Without_a_prefix_of_continued_words_the_spaces_of_the_text_separate_words(AggregationStrategy strategy, string recorded)
    {
        using var model = AutoModelForTokenClassification.FromPretrained(Recorded.Model("gpt2-token-classification"), _labels);
        using var recognizer = new EntityRecognizer(model, Recorded.BytesTokenizer());
        Check(Recorded.Texts("bytes_texts"), Recorded.Value("bytes_entities_" + recorded),
            recognizer.Recognize(Recorded.Texts("bytes_texts"), strategy));
    }

    [Theory, MemberData(nameof(Strategies))]
    public void Entities_of_words_are_those_of_transformers(AggregationStrategy strategy, string recorded)
    {
        var (words, fewWords) = (Words("words"), Words("short_words"));
        if (strategy == AggregationStrategy.None) words = fewWords;                     // transformers has no windows without aggregation
        using var model = AutoModelForTokenClassification.FromPretrained(Recorded.Model("bert-token-classification"), _labels);
        using var recognizer = new EntityRecognizer(model, Recorded.Tokenizer());
        CheckWords(words, Recorded.Value("words_" + recorded), recognizer.RecognizeWords(words, strategy, stride: 4, batchSize: 2));

        using var bytesModel = AutoModelForTokenClassification.FromPretrained(Recorded.Model("gpt2-token-classification"), _labels);
        using var bytes = new EntityRecognizer(bytesModel, Recorded.BytesTokenizer(addPrefixSpace: true));
        CheckWords(fewWords, Recorded.Value("bytes_words_" + recorded), bytes.RecognizeWords(fewWords, strategy));

        string[][] Words(string name) =>
            [.. Recorded.Value(name).AsArray().Select(text => text!.AsArray().Select(word => (string)word!).ToArray())];
    }

    [Fact]
    public async Task An_entity_of_words_has_the_indices_of_its_first_and_its_last_word()
    {
        using var model = AutoModelForTokenClassification.FromPretrained(Recorded.Model("bert-token-classification"), _labels);
        using var recognizer = new EntityRecognizer(model, Recorded.Tokenizer());
        string[] words = ["Anna", "", "Smithers", "works in", "Berlin-Mitte"];
        var entities = recognizer.RecognizeWords(words, AggregationStrategy.None, ignoreLabels: []);
        entities.Should().OnlyContain(entity => entity.FirstWord == entity.LastWord
            && words[entity.FirstWord!.Value].Contains(entity.Text, StringComparison.Ordinal));
        entities.Select(entity => entity.FirstWord).Should().BeInAscendingOrder().And.Contain([0, 2, 3, 4]).And.NotContain(1);
        var whole = recognizer.RecognizeWords(words, ignoreLabels: []);
        (whole[0].FirstWord, whole[^1].LastWord).Should().Be((0, 4));
        (await recognizer.RecognizeWordsAsync([[], words], ignoreLabels: [])).Should().SatisfyRespectively(
            none => none.Should().BeEmpty(), some => some.Select(entity => (entity.FirstWord, entity.LastWord, entity.Start, entity.End))
                .Should().Equal(whole.Select(entity => (entity.FirstWord, entity.LastWord, entity.Start, entity.End))));
        recognizer.Recognize("Anna", ignoreLabels: []).Should().OnlyContain(entity => entity.FirstWord == null && entity.LastWord == null);
        recognizer.Invoking(its => its.RecognizeWords(["a", null!])).Should().ThrowExactly<ArgumentException>().WithParameterName("words");
    }

    [Fact]
    public async Task The_answer_for_one_text_is_that_of_the_batch_and_labels_can_be_left_out()
    {
        using var model = AutoModelForTokenClassification.FromPretrained(Recorded.Model("bert-token-classification"), _labels);
        using var recognizer = new EntityRecognizer(model, Recorded.Tokenizer());
        var texts = Recorded.Texts("entity_texts");
        var all = await recognizer.RecognizeAsync(texts, ignoreLabels: []);
        foreach (var (text, entities) in texts.Zip(all))
        {
            recognizer.Recognize(text, ignoreLabels: []).Select(entity => (entity.Type, entity.Start, entity.End))
                .Should().Equal(entities.Select(entity => (entity.Type, entity.Start, entity.End)));
            entities.Should().AllSatisfy(entity => entity.Text.Should().Be(text[entity.Start..entity.End]));
            recognizer.Recognize(text, ignoreLabels: ["O", "PER", "LOC"]).Should().BeEmpty();
        }
    }

    [Fact]
    public void Of_overlapping_entities_the_longest_is_kept_and_of_equally_long_ones_the_one_with_the_highest_score()
    {
        RecognizedEntity[] found = [new("A", "", 5, 9, 0.5f), new("B", "", 0, 2, 0.1f), new("C", "", 7, 12, 0.2f), new("D", "", 0, 2, 0.3f),
            new("E", "", 12, 13, 0.4f)];
        EntityGrouping.WithoutOverlaps(found).Select(entity => entity.Type).Should().Equal("D", "C", "E");
    }

    private static void CheckWords(string[][] words, JsonNode expected, IReadOnlyList<IReadOnlyList<RecognizedEntity>> actual) =>
        Check([.. words.Select(text => string.Join(' ', text))], expected, actual);

    private static void Check(string[] texts, JsonNode expected, IReadOnlyList<IReadOnlyList<RecognizedEntity>> actual)
    {
        actual.Should().HaveSameCount(texts);
        for (var i = 0; i < texts.Length; i++)
        {
            var wanted = expected[i]!.AsArray();
            // Python counts code points, .NET UTF-16 units.
            actual[i].Select(
                entity => (entity.Type, texts[i][..entity.Start].EnumerateRunes().Count(), texts[i][..entity.End].EnumerateRunes().Count()))
                .Should().Equal(wanted.Select(
                    entity => ((string)(entity!["entity_group"] ?? entity["entity"])!, (int)entity["start"]!, (int)entity["end"]!)));
            foreach (var (entity, got) in wanted.Zip(actual[i])) got.Score.Should().BeApproximately((float)entity!["score"]!, 1e-5f);
        }
    }
}
