using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;
using PeftSharp.Modeling;
using PeftSharp.Models;
using PeftSharp.Prediction;
using PeftSharp.Tuners;
using TorchSharp;

namespace PeftSharp.Tests.Prediction;

public sealed class TextClassifierTests
{
    [Theory]
    [InlineData("bert-sequence-classification", "single")]
    [InlineData("bert-sequence-multi-label", "multi")]
    public void Texts_and_pairs_have_the_labels_and_scores_of_transformers(string model, string recorded)
    {
        using var loaded = AutoModelForSequenceClassification.FromPretrained(Recorded.Model(model));
        using var classifier = new TextClassifier(loaded, Recorded.Tokenizer());
        foreach (var batchSize in new[] { 1, 2, 32 })
        {
            Check(Recorded.Value(recorded), classifier.Classify(Recorded.Texts("texts"), batchSize: batchSize));
            Check(Recorded.Value(recorded + "_pairs"),
                classifier.Classify(Recorded.Texts("texts"), Recorded.Texts("pairs"), batchSize: batchSize));
        }
    }

    [Fact]
    public void A_decoder_classifies_as_in_transformers_although_its_tokenizer_has_no_padding_token()
    {
        using var loaded = AutoModelForSequenceClassification.FromPretrained(Recorded.Model("gpt2-sequence-classification"));
        using var classifier = new TextClassifier(loaded, Recorded.BytesTokenizer());
        Check(Recorded.Value("bytes_single"), classifier.Classify(Recorded.Texts("bytes_texts")));
    }

    [Fact]
    public async Task A_model_is_disposed_by_the_classifier_that_loaded_it_alone()
    {
        using var folder = new TemporaryFolder();
        using var given = AutoModelForSequenceClassification.FromPretrained(Recorded.FolderOf("bert-sequence-classification", folder));
        new TextClassifier(given, Recorded.Tokenizer()).Dispose();
        Assert.Equal(DeviceType.CPU, given.Device.type);
        var classifier = await TextClassifier.FromPretrainedAsync(folder.Path);
        classifier.Dispose();
        classifier.Dispose();
        FluentActions.Invoking(() => classifier.Model.Device).Should().ThrowExactly<ObjectDisposedException>();
    }

    [Fact]
    public void A_regression_score_is_unchanged_unless_the_sigmoid_is_requested()
    {
        using var loaded = AutoModelForSequenceClassification.FromPretrained(Recorded.Model("bert-sequence-regression"));
        using var classifier = new TextClassifier(loaded, Recorded.Tokenizer());
        Check(Recorded.Value("number"), classifier.Classify(Recorded.Texts("texts")));
        Check(Recorded.Value("number_sigmoid"), classifier.Classify(Recorded.Texts("texts"), functionToApply: ScoreFunction.Sigmoid));
    }

    [Fact]
    public void The_labels_of_a_multi_label_model_are_those_that_reach_the_threshold()
    {
        using var loaded = AutoModelForSequenceClassification.FromPretrained(Recorded.Model("bert-sequence-multi-label"));
        using var classifier = new TextClassifier(loaded, Recorded.Tokenizer());
        var result = classifier.Classify("Anna");
        var second = classifier.Classify("Anna", threshold: result.Scores[1].Score);
        second.Labels.Should().Equal([.. result.Scores.Take(2).Select(entry => entry.Label)]);
        second.ToString().Should().Be(string.Join(
            ", ", result.Scores.Take(2).Select(entry => FormattableString.Invariant($"{entry.Label} {entry.Score:F3}"))));
        classifier.Classify("Anna", threshold: 1).Labels.Should().BeEmpty();
        classifier.Classify("Anna", threshold: 1).ToString().Should().Be("no label");
        Assert.Equal(result.Scores[2].Score, result[result.Scores[2].Label]);
        FluentActions.Invoking(() => result["joy"]).Should().ThrowExactly<KeyNotFoundException>().Which.Message.Should().Contain("LABEL_3");
    }

    [Fact]
    public void A_text_that_is_too_long_is_truncated_and_marked_as_truncated()
    {
        using var loaded = AutoModelForSequenceClassification.FromPretrained(Recorded.Model("bert-sequence-classification"));
        using var classifier = new TextClassifier(loaded, Recorded.Tokenizer());
        var results = classifier.Classify(
            [string.Concat(Enumerable.Repeat("good ", 22)), string.Concat(Enumerable.Repeat("good ", 23)), "good"]);
        results.Select(result => result.IsTruncated).Should().Equal(false, true, false);
        results[1].Scores.Select(score => score.Label).Should().Equal(results[0].Scores.Select(score => score.Label));
        double[][] scores = [.. results.Select(result => result.Scores.Select(score => (double)score.Score).ToArray())];
        Close.Equal((IReadOnlyList<double>)scores[0], scores[1], 1e-6, "scores");
        results[2].Score.Should().BeApproximately(classifier.Classify("good good", maxLength: 3).Score, 1e-6f);
        FluentActions.Invoking(() => classifier.Classify("good", maxLength: 25)).Should().ThrowExactly<ArgumentOutOfRangeException>();
    }

    [Fact]
    public void A_decoder_without_a_padding_token_classifies_row_by_row_what_it_would_classify_alone()
    {
        using var loaded = AutoModelForSequenceClassification.FromConfig(
            new PeftSharp.Models.Gpt2.Gpt2Config
            {
                VocabSize = 99, NPositions = 24, NEmbd = 8, NLayer = 1, NHead = 2, BosTokenId = 0, EosTokenId = [0],
            }, new PretrainedOptions { Seed = 1 });
        using var classifier = new TextClassifier(loaded, Recorded.Tokenizer());
        var texts = Recorded.Texts("texts");
        var together = classifier.Classify(texts);
        together.Select(result => result.Scores)
            .Should().BeEquivalentTo(texts.Select(text => classifier.Classify(text).Scores), options => options.WithStrictOrdering());
    }

    [Fact]
    public void A_folder_with_an_adapter_answers_as_the_model_that_was_trained_and_the_base_by_name()
    {
        using var folder = new TemporaryFolder();
        using var adapterFolder = new TemporaryFolder();
        var baseFolder = Recorded.FolderOf("bert-sequence-classification", folder);
        IReadOnlyList<TextClassification> trained, plain;
        var lora = new LoraConfig { TargetModules = ["query"], TaskType = TaskType.SeqCls, InitLoraWeights = LoraInitializer.Random };
        torch.random.manual_seed(1);
        using (var model = AutoModelForSequenceClassification.FromPretrained(baseFolder).GetPeftModel(lora))
        {
            model.SavePretrained(adapterFolder.Path);
            trained = new TextClassifier(model, Recorded.Tokenizer()).Classify(Recorded.Texts("texts"));
        }
        using (var alone = TextClassifier.FromPretrained(baseFolder)) plain = alone.Classify(Recorded.Texts("texts"));
        using var classifier = TextClassifier.FromPretrained(baseFolder, adapterFolder.Path);
        Same(trained, classifier.Classify(Recorded.Texts("texts")));
        Same(plain, classifier.Classify(Recorded.Texts("texts"), adapter: "__base__"));
        trained[0].Score.Should().NotBeApproximately(plain[0].Score, 1e-4f);
        using var byName = TextClassifier.FromPretrained(adapterFolder.Path);
        Same([trained[0]], [byName.Classify(Recorded.Texts("texts")[0])]);
        byName.UntrainedWeights.Should().BeEmpty();
    }

    [Fact]
    public void A_head_that_was_never_trained_is_reported()
    {
        using var folder = new TemporaryFolder();
        var log = new LogLines();
        using var classifier = TextClassifier.FromPretrained(
            Recorded.FolderOf("bert-masked-lm", folder), options: new PretrainedOptions { Logger = log, Seed = 0 });
        classifier.UntrainedWeights.Should().Contain("classifier.weight");
        log.Lines.Should().Contain(line => line.Contains("predictions are random", StringComparison.Ordinal));
        using var whole = AutoModelForSequenceClassification.FromPretrained(Recorded.Model("bert-sequence-classification"));
        new TextClassifier(whole, Recorded.Tokenizer()).UntrainedWeights.Should().BeEmpty();
    }

    [Fact]
    public async Task Several_threads_get_the_same_answers_and_no_tensor_is_left()
    {
        using var loaded = AutoModelForSequenceClassification.FromPretrained(Recorded.Model("bert-sequence-classification"));
        using var classifier = new TextClassifier(loaded, Recorded.Tokenizer());
        var texts = Recorded.Texts("texts");
        var expected = classifier.Classify(texts).Select(result => result.Scores).ToArray();
        var tensors = torch.Tensor.TotalCount;
        var answers = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => classifier.ClassifyAsync(texts)));
        answers.Should().AllSatisfy(
            answer => answer.Select(result => result.Scores).Should().BeEquivalentTo(expected, options => options.WithStrictOrdering()));
        Assert.Equal(tensors, torch.Tensor.TotalCount);
    }

    [Fact]
    public void A_model_in_training_mode_predicts_without_dropout_and_is_in_training_mode_again()
    {
        using var loaded = AutoModelForSequenceClassification.FromPretrained(Recorded.Model("bert-sequence-classification"));
        using var classifier = new TextClassifier(loaded, Recorded.Tokenizer());
        var expected = classifier.Classify("Anna").Scores;
        loaded.train();
        classifier.Classify("Anna").Scores.Should().Equal(expected);
        Assert.True(loaded.training);
    }

    [Fact]
    public void Progress_counts_texts_and_a_cancelled_call_ends()
    {
        using var loaded = AutoModelForSequenceClassification.FromPretrained(Recorded.Model("bert-sequence-classification"));
        using var classifier = new TextClassifier(loaded, Recorded.Tokenizer());
        var told = new Told();
        classifier.Classify(Recorded.Texts("texts"), batchSize: 2, progress: told);
        told.Values.Should().Equal(new PredictionProgress(2, 5), new PredictionProgress(4, 5), new PredictionProgress(5, 5));
        using var cancel = new CancellationTokenSource();
        var stopping = new Told { After = () => cancel.Cancel() };
        FluentActions.Invoking(
            () => classifier.Classify(Recorded.Texts("texts"), batchSize: 2, progress: stopping, cancellationToken: cancel.Token))
            .Should().Throw<OperationCanceledException>();
        stopping.Values.Should().Equal(new PredictionProgress(2, 5));
        classifier.Classify([]).Should().BeEmpty();
    }

    [Fact]
    public void Other_models_and_missing_texts_are_refused_with_the_remedy()
    {
        using var masked = AutoModelForMaskedLM.FromPretrained(Recorded.Model("bert-masked-lm"));
        FluentActions.Invoking(() => new TextClassifier(masked, Recorded.Tokenizer()))
            .Should().ThrowExactly<ArgumentException>().Which.Message.Should().Contain("AutoModelForSequenceClassification");
        using var loaded = AutoModelForSequenceClassification.FromPretrained(Recorded.Model("bert-sequence-classification"));
        using var classifier = new TextClassifier(loaded, Recorded.Tokenizer());
        FluentActions.Invoking(() => classifier.Classify(["a", null!]))
            .Should().ThrowExactly<ArgumentException>().Which.Message.Should().Contain("texts[1] is null");
        FluentActions.Invoking(() => classifier.Classify(["a", "b"], ["c"]))
            .Should().ThrowExactly<ArgumentException>().Which.Message.Should().Contain("textPairs contains 1 text, but 2 are required");
        classifier.Dispose();
        FluentActions.Invoking(() => classifier.Classify("a")).Should().ThrowExactly<ObjectDisposedException>();
    }

    // Weights at other addresses in memory can round differently in the last place.
    private static void Same(IReadOnlyList<TextClassification> expected, IReadOnlyList<TextClassification> actual)
    {
        actual.Select(result => result.Label).Should().Equal(expected.Select(result => result.Label));
        foreach (var (one, other) in expected.Zip(actual)) other.Score.Should().BeApproximately(one.Score, 1e-6f);
    }

    private static void Check(JsonNode expected, IReadOnlyList<TextClassification> actual)
    {
        actual.Should().HaveSameCount(expected.AsArray());
        foreach (var (text, result) in expected.AsArray().Zip(actual))
        {
            var scores = text!.AsArray().Select(entry => ((string)entry!["label"]!, (float)entry["score"]!)).ToArray();
            result.Scores.Select(entry => entry.Label).Should().Equal(scores.Select(entry => entry.Item1));
            foreach (var (wanted, got) in scores.Zip(result.Scores)) got.Score.Should().BeApproximately(wanted.Item2, 1e-5f);
            Assert.Equal((scores[0].Item1, result.Scores[0].Score), (result.Label, result.Score));
        }
    }

    private sealed class Told : IProgress<PredictionProgress>
    {
        internal List<PredictionProgress> Values { get; } = [];
        internal Action? After { get; init; }

        public void Report(PredictionProgress value)
        {
            Values.Add(value);
            After?.Invoke();
        }
    }

    private sealed class LogLines : ILogger
    {
        internal List<string> Lines { get; } = [];

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Lines.Add(formatter(state, exception));
    }

    [Fact]
    public void Options_without_their_type_are_options_and_a_disposed_predictor_or_model_is_named()
    {
        var loaded = AutoModelForSequenceClassification.FromPretrained(
            Recorded.Model("bert-sequence-classification"), new() { ProblemType = ProblemType.MultiLabelClassification });
        loaded.Config.ProblemType.Should().Be(ProblemType.MultiLabelClassification);
        var classifier = new TextClassifier(loaded, Recorded.Tokenizer());
        loaded.Dispose();
        classifier.Invoking(used => used.Classify("Anna")).Should().Throw<ObjectDisposedException>().WithMessage("*Load it again.*");
        classifier.Dispose();
        classifier.Invoking(used => used.Classify("Anna")).Should().Throw<ObjectDisposedException>()
            .WithMessage("*This TextClassifier has been disposed*");
    }
}
