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
            Check(Recorded.Value(recorded + "_pairs"), classifier.Classify(Recorded.Texts("texts"), Recorded.Texts("pairs"), batchSize: batchSize));
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
        Assert.Throws<ObjectDisposedException>(() => classifier.Model.Device);
    }

    [Fact]
    public void A_number_is_itself_unless_the_sigmoid_is_asked_for()
    {
        using var loaded = AutoModelForSequenceClassification.FromPretrained(Recorded.Model("bert-sequence-regression"));
        using var classifier = new TextClassifier(loaded, Recorded.Tokenizer());
        Check(Recorded.Value("number"), classifier.Classify(Recorded.Texts("texts")));
        Check(Recorded.Value("number_sigmoid"), classifier.Classify(Recorded.Texts("texts"), functionToApply: ScoreFunction.Sigmoid));
    }

    [Fact]
    public void Several_labels_are_those_that_reach_the_threshold()
    {
        using var loaded = AutoModelForSequenceClassification.FromPretrained(Recorded.Model("bert-sequence-multi-label"));
        using var classifier = new TextClassifier(loaded, Recorded.Tokenizer());
        var result = classifier.Classify("Anna");
        var second = classifier.Classify("Anna", threshold: result.Scores[1].Score);
        Assert.Equal([.. result.Scores.Take(2).Select(entry => entry.Label)], second.Labels);
        Assert.Empty(classifier.Classify("Anna", threshold: 1).Labels);
        Assert.Equal(result.Scores[2].Score, result[result.Scores[2].Label]);
        Assert.Contains("LABEL_3", Assert.Throws<KeyNotFoundException>(() => result["joy"]).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_text_that_is_too_long_is_truncated_and_says_so()
    {
        using var loaded = AutoModelForSequenceClassification.FromPretrained(Recorded.Model("bert-sequence-classification"));
        using var classifier = new TextClassifier(loaded, Recorded.Tokenizer());
        var results = classifier.Classify([string.Concat(Enumerable.Repeat("good ", 22)), string.Concat(Enumerable.Repeat("good ", 23)), "good"]);
        Assert.Equal([false, true, false], results.Select(result => result.IsTruncated));
        Assert.Equal(results[0].Scores.Select(score => score.Label), results[1].Scores.Select(score => score.Label));
        Assert.All(results[0].Scores.Zip(results[1].Scores), pair => Assert.Equal(pair.First.Score, pair.Second.Score, 1e-6));
        Assert.Equal(classifier.Classify("good good", maxLength: 3).Score, results[2].Score, 1e-6);
        Assert.Throws<ArgumentOutOfRangeException>(() => classifier.Classify("good", maxLength: 25));
    }

    [Fact]
    public void A_decoder_without_a_padding_token_classifies_row_by_row_what_it_would_classify_alone()
    {
        using var loaded = AutoModelForSequenceClassification.FromConfig(new PeftSharp.Models.Gpt2.Gpt2Config { VocabSize = 99, NPositions = 24, NEmbd = 8, NLayer = 1, NHead = 2, BosTokenId = 0, EosTokenId = [0] }, new PretrainedOptions { Seed = 1 });
        using var classifier = new TextClassifier(loaded, Recorded.Tokenizer());
        var texts = Recorded.Texts("texts");
        var together = classifier.Classify(texts);
        Assert.Equal(texts.Select(text => classifier.Classify(text).Scores), together.Select(result => result.Scores));
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
        Assert.True(Math.Abs(plain[0].Score - trained[0].Score) > 1e-4);
        using var byName = TextClassifier.FromPretrained(adapterFolder.Path);
        Same([trained[0]], [byName.Classify(Recorded.Texts("texts")[0])]);
        Assert.Empty(byName.UntrainedWeights);
    }

    [Fact]
    public void A_head_that_was_never_trained_is_reported()
    {
        using var folder = new TemporaryFolder();
        var log = new LogLines();
        using var classifier = TextClassifier.FromPretrained(Recorded.FolderOf("bert-masked-lm", folder), options: new PretrainedOptions { Logger = log, Seed = 0 });
        Assert.Contains("classifier.weight", classifier.UntrainedWeights);
        Assert.Contains(log.Lines, line => line.Contains("predictions are random", StringComparison.Ordinal));
        using var whole = AutoModelForSequenceClassification.FromPretrained(Recorded.Model("bert-sequence-classification"));
        Assert.Empty(new TextClassifier(whole, Recorded.Tokenizer()).UntrainedWeights);
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
        Assert.All(answers, answer => Assert.Equal(expected, answer.Select(result => result.Scores)));
        Assert.Equal(tensors, torch.Tensor.TotalCount);
    }

    [Fact]
    public void A_model_in_training_mode_predicts_without_dropout_and_is_in_training_mode_again()
    {
        using var loaded = AutoModelForSequenceClassification.FromPretrained(Recorded.Model("bert-sequence-classification"));
        using var classifier = new TextClassifier(loaded, Recorded.Tokenizer());
        var expected = classifier.Classify("Anna").Scores;
        loaded.train();
        Assert.Equal(expected, classifier.Classify("Anna").Scores);
        Assert.True(loaded.training);
    }

    [Fact]
    public void Progress_counts_texts_and_a_cancelled_call_ends()
    {
        using var loaded = AutoModelForSequenceClassification.FromPretrained(Recorded.Model("bert-sequence-classification"));
        using var classifier = new TextClassifier(loaded, Recorded.Tokenizer());
        var told = new Told();
        classifier.Classify(Recorded.Texts("texts"), batchSize: 2, progress: told);
        Assert.Equal([2, 4, 5], told.Values);
        using var cancel = new CancellationTokenSource();
        var stopping = new Told { After = () => cancel.Cancel() };
        Assert.ThrowsAny<OperationCanceledException>(() => classifier.Classify(Recorded.Texts("texts"), batchSize: 2, progress: stopping, cancellationToken: cancel.Token));
        Assert.Equal([2], stopping.Values);
        Assert.Empty(classifier.Classify([]));
    }

    [Fact]
    public void Other_models_and_missing_texts_are_refused_with_the_way_out()
    {
        using var masked = AutoModelForMaskedLM.FromPretrained(Recorded.Model("bert-masked-lm"));
        Assert.Contains("AutoModelForSequenceClassification", Assert.Throws<ArgumentException>(() => new TextClassifier(masked, Recorded.Tokenizer())).Message, StringComparison.Ordinal);
        using var loaded = AutoModelForSequenceClassification.FromPretrained(Recorded.Model("bert-sequence-classification"));
        using var classifier = new TextClassifier(loaded, Recorded.Tokenizer());
        Assert.Contains("Text 1 is null", Assert.Throws<ArgumentException>(() => classifier.Classify(["a", null!])).Message, StringComparison.Ordinal);
        Assert.Contains("2 first texts but 1 second", Assert.Throws<ArgumentException>(() => classifier.Classify(["a", "b"], ["c"])).Message, StringComparison.Ordinal);
        classifier.Dispose();
        Assert.Throws<ObjectDisposedException>(() => classifier.Classify("a"));
    }

    // Weights at other addresses in memory can round differently in the last place.
    private static void Same(IReadOnlyList<TextClassification> expected, IReadOnlyList<TextClassification> actual)
    {
        Assert.Equal(expected.Select(result => result.Label), actual.Select(result => result.Label));
        foreach (var (one, other) in expected.Zip(actual)) Assert.Equal(one.Score, other.Score, 1e-6);
    }

    private static void Check(JsonNode expected, IReadOnlyList<TextClassification> actual)
    {
        Assert.Equal(expected.AsArray().Count, actual.Count);
        foreach (var (text, result) in expected.AsArray().Zip(actual))
        {
            var scores = text!.AsArray().Select(entry => ((string)entry!["label"]!, (double)entry["score"]!)).ToArray();
            Assert.Equal(scores.Select(entry => entry.Item1), result.Scores.Select(entry => entry.Label));
            foreach (var (wanted, got) in scores.Zip(result.Scores)) Assert.Equal(wanted.Item2, got.Score, 1e-5);
            Assert.Equal((scores[0].Item1, result.Scores[0].Score), (result.Label, result.Score));
        }
    }

    private sealed class Told : IProgress<int>
    {
        internal List<int> Values { get; } = [];
        internal Action? After { get; init; }

        public void Report(int value)
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

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) => Lines.Add(formatter(state, exception));
    }
}
