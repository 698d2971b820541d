using PeftSharp.Data;
using PeftSharp.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace PeftSharp.Tests.Training;

/// <summary>Several evaluation sets by name, and predictions that are made smaller before they are kept.</summary>
public sealed class EvaluationSetsTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly TemporaryFolder _folder = new();

    public void Dispose()
    {
        _folder.Dispose();
        _scope.Dispose();
    }

    private static Dictionary<string, Dataset> Sets => new() { ["easy"] = TinyRun.Rows(6), ["hard"] = TinyRun.Rows(9).Skip(4) };

    private static Dictionary<string, double> Count(EvalPrediction p) => new() { ["count"] = p.LabelIds.Values.Length };

    private Trainer With(IReadOnlyDictionary<string, Dataset>? sets, TrainingArguments? args = null) =>
        new(
            TinyRun.Model(), args ?? TinyRun.Arguments(_folder), TinyRun.Rows(8), dataCollator: new DataCollatorWithPadding(padTokenId: 0),
            computeMetrics: Count, evalDatasets: sets);

    [Fact]
    public void Metrics_have_the_names_of_their_sets_and_are_those_of_each_set_alone()
    {
        var trainer = With(Sets);
        var metrics = trainer.Evaluate();
        string[] names = ["loss", "count", "runtime", "samples_per_second", "steps_per_second"];
        metrics.Keys.Should().Equal([.. names.Select(name => $"eval_easy_{name}"), .. names.Select(name => $"eval_hard_{name}")]);
        Assert.Equal((6.0, 5.0), (metrics["eval_easy_count"], metrics["eval_hard_count"]));
        foreach (var (name, data) in Sets) Assert.Equal(trainer.Evaluate(data)["eval_loss"], metrics[$"eval_{name}_loss"]);
        With(null).Evaluate(Sets).Keys.Where(name => !name.Contains("second", StringComparison.Ordinal))
            .Should().Equal(metrics.Keys.Where(name => !name.Contains("second", StringComparison.Ordinal)));
        Assert.Equal(2, trainer.State.LogHistory.Count(line => line.ContainsKey("eval_easy_loss") || line.ContainsKey("eval_hard_loss")));
    }

    [Fact]
    public void The_metric_of_one_set_says_which_checkpoint_is_best()
    {
        var args = TinyRun.Arguments(_folder) with
        {
            EvalStrategy = IntervalStrategy.Epoch,
            SaveStrategy = SaveStrategy.Epoch,
            LoadBestModelAtEnd = true,
            MetricForBestModel = "hard_loss",
        };
        var trainer = With(Sets, args);
        trainer.Train();
        Assert.Equal(trainer.State.LogHistory.Where(line => line.ContainsKey("eval_hard_loss")).Min(line => line["eval_hard_loss"]),
            trainer.State.BestMetric);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("accuracy")]
    public void A_metric_of_no_set_is_refused_with_the_available_names(string? metric)
    {
        var args = TinyRun.Arguments(_folder) with
        {
            EvalStrategy = IntervalStrategy.Epoch,
            SaveStrategy = SaveStrategy.Epoch,
            LoadBestModelAtEnd = true,
            MetricForBestModel = metric,
        };
        FluentActions.Invoking(() => With(Sets, args))
            .Should().ThrowExactly<ArgumentException>().Which.Message.Should().ContainAll(metric ?? "loss", "eval_easy_", "eval_hard_");
    }

    [Fact]
    public void An_empty_dictionary_a_blank_name_or_a_second_data_set_is_refused()
    {
        FluentActions.Invoking(() => With(new Dictionary<string, Dataset>()))
            .Should().ThrowExactly<ArgumentException>().Which.Message.Should().Contain("empty");
        FluentActions.Invoking(() => With(new Dictionary<string, Dataset> { [" "] = TinyRun.Rows(2) }))
            .Should().ThrowExactly<ArgumentException>().Which.Message.Should().Contain("name");
        FluentActions.Invoking(
            () => new Trainer(TinyRun.Model(), TinyRun.Arguments(_folder), evalDataset: TinyRun.Rows(2), evalDatasets: Sets))
            .Should().ThrowExactly<ArgumentException>().Which.Message.Should().Contain("evalDataset");
        FluentActions.Invoking(() => With(new Dictionary<string, Dataset> { ["hard"] = TinyRun.Rows(2).Take(0) }))
            .Should().ThrowExactly<DatasetException>().Which.Message.Should().Contain("evaluation 'hard'");
    }

    [Fact]
    public void Predictions_are_kept_as_the_function_gives_them()
    {
        var model = TinyRun.Model();
        var rows = TinyRun.Rows(7);
        var whole = new Trainer(model, TinyRun.Arguments(_folder), dataCollator: new DataCollatorWithPadding(padTokenId: 0)).Predict(rows);
        var labelsSeen = 0L;
        var small = new Trainer(
            model, TinyRun.Arguments(_folder), dataCollator: new DataCollatorWithPadding(padTokenId: 0),
            preprocessLogitsForMetrics: (logits, labels) =>
        {
            labelsSeen += labels!.numel();
            return [logits[0].argmax(-1)];
        }).Predict(rows);
        small.Predictions.Shape.Should().Equal(7);
        small.Predictions.Values.Should().Equal([.. whole.Predictions.ArgMax().Select(best => (float)best)]);
        Assert.Equal(7, labelsSeen);
    }
}
