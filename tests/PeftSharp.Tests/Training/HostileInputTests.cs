using PeftSharp.Data;
using PeftSharp.Modeling;
using PeftSharp.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace PeftSharp.Tests.Training;

/// <summary>
/// Data that cannot be used for training gives a typed error that names the column, its value and the remedy, before native code reads the
/// data and before a weight changes.
/// </summary>
public sealed class HostileInputTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly TemporaryFolder _folder = new();

    public void Dispose()
    {
        _folder.Dispose();
        _scope.Dispose();
    }

    private static Dictionary<string, object?> Row(object? ids, object? labels, params (string Name, object? Value)[] more)
    {
        var row = new Dictionary<string, object?> { ["input_ids"] = ids, ["labels"] = labels };
        foreach (var (name, value) in more) row[name] = value;
        return row;
    }

    private static readonly long[] _good = [5, 6, 7];

    /// <summary>Two rows, the second of which is good unless given, and what the message must hold.</summary>
    private static readonly Dictionary<string, (Dictionary<string, object?> First, Dictionary<string, object?> Second,
        string[] Named)> _cases = new()
        {
            ["a label above the classes"] = (Row(_good, 2L), Row(_good, 1L), ["'labels' contains 2", "2 classes, 0 to 1", "numLabels"]),
            ["a label below them"] = (Row(_good, -1L), Row(_good, 1L), ["'labels' contains -1", "-100"]),
            ["labels that all do not count"] = (Row(_good, -100L), Row(_good, -100L), ["Step 1", "no targets", "input_ids"]),
            ["labels of text"] = (Row(_good, "positive"), Row(_good, "negative"),
                ["Column 'labels'", "contains text", "ClassEncodeColumn"]),
            ["labels with a fraction for classes"] = (Row(_good, 0.5), Row(_good, 1.0), ["numLabels: 1", "CastColumn"]),
            ["a list of labels for a text"] = (Row(_good, new long[] { 0, 1 }), Row(_good, new long[] { 1, 1 }),
            ["'labels'", "one class for each row", "MultiLabelClassification"]),
            ["a label that is absent"] = (Row(_good, 1L), Row(_good, null), ["'labels'", "null in row 1", "Filter"]),
            ["ids above the vocabulary"] = (Row(new long[] { 5, 31 }, 0L), Row(new long[] { 5, 6 }, 1L),
            ["'input_ids' contains 31", "31 rows (vocab_size)", "tokenizer"]),
            ["a negative id"] = (Row(new long[] { 5, -1 }, 0L), Row(new long[] { 5, 6 }, 1L), ["'input_ids' contains -1"]),
            ["ids that are text"] = (Row("good", 0L), Row("bad", 1L), ["'input_ids'", "String", "Map"]),
            ["ids that are lists of text"] = (Row(new[] { "good", "bad" }, 0L), Row(new[] { "bad" }, 1L), ["'input_ids", "string"]),
            ["no token at all"] = (Row(Array.Empty<long>(), 0L), Row(Array.Empty<long>(), 1L), ["no tokens", "Filter"]),
            ["token types that are not there"] = (Row(_good, 0L, ("token_type_ids", new long[] { 0, 0, 2 })),
            Row(_good, 1L, ("token_type_ids", new long[] { 0, 0, 1 })), ["'token_type_ids' contains 2", "type_vocab_size"]),
            ["a mask of another length"] = (Row(_good, 0L, ("attention_mask", new long[] { 1, 1 })),
            Row(_good, 1L, ("attention_mask", new long[] { 1, 1 })), ["'attention_mask' has shape [2, 2]", "[2, 3]"]),
            ["two columns of labels"] = (Row(_good, 0L, ("label", 0L)), Row(_good, 1L, ("label", 1L)),
            ["'label'", "'labels'", "RemoveColumns"]),
        };

    public static TheoryData<string> Cases => new(_cases.Keys);

    [Theory, MemberData(nameof(Cases))]
    public void Invalid_rows_are_refused_by_name_and_no_weight_changes(string what)
    {
        var (first, second, named) = _cases[what];
        var data = Dataset.FromList([first, second]);
        using var model = TinyRun.Model();
        var before = TinyRun.Bits(model);
        FluentActions.Invoking(
            () => new Trainer(model, TinyRun.Arguments(_folder), data, data, new DataCollatorWithPadding(padTokenId: 0)).Train())
            .Should().ThrowExactly<DatasetException>().Which.Message.Should().ContainAll(named);
        TinyRun.AssertSameBits(before, model);
    }

    [Theory, MemberData(nameof(Cases))]
    public void An_evaluation_refuses_invalid_rows_by_name(string what)
    {
        var (first, second, named) = _cases[what];
        var trainer = TinyRun.Trainer(TinyRun.Arguments(_folder), evaluation: Dataset.FromList([first, second]));
        if (what == "labels that all do not count")
        {
            trainer.Evaluate().Should().NotContainKey("eval_loss");      // an error in training, but not in an evaluation
            return;
        }
        FluentActions.Invoking(() => trainer.Evaluate()).Should().ThrowExactly<DatasetException>().Which.Message.Should().ContainAll(named);
    }

    [Fact]
    public void Training_a_disposed_model_is_refused_with_the_reason()
    {
        var model = TinyRun.Model();
        var trainer = new Trainer(model, TinyRun.Arguments(_folder), TinyRun.Rows(4), dataCollator: new DataCollatorWithPadding(0));
        model.Dispose();
        FluentActions.Invoking(() => trainer.Train()).Should().ThrowExactly<ObjectDisposedException>()
            .Which.Message.Should().Contain("has been disposed. Load it again.");
    }

    [Fact]
    public void A_text_longer_than_the_positions_is_told_how_to_truncate()
    {
        var data = Dataset.FromList([Row(Enumerable.Repeat(5L, TinyRun.Positions + 1).ToArray(), 0L)]);
        FluentActions.Invoking(() => TinyRun.Trainer(TinyRun.Arguments(_folder), data).Train())
            .Should().ThrowExactly<ArgumentException>().Which.Message.Should().ContainAll("13 tokens", "maxLength: 12");
    }

    [Fact]
    public void Uneven_rows_need_a_collator_that_pads_and_the_error_says_which()
    {
        using var model = TinyRun.Model();
        var trainer = new Trainer(model, TinyRun.Arguments(_folder), TinyRun.Rows(8), dataCollator: new DefaultDataCollator());
        FluentActions.Invoking(() => trainer.Train())
            .Should().ThrowExactly<DatasetException>().Which.Message.Should().Contain("DataCollatorWithPadding");
    }

    [Fact]
    public void Data_without_rows_without_inputs_or_without_labels_is_refused()
    {
        var args = TinyRun.Arguments(_folder);
        FluentActions.Invoking(() => TinyRun.Trainer(args, TinyRun.Rows(2).Select([])))
            .Should().ThrowExactly<DatasetException>()
            .Which.Message.Should().Contain("training data has no rows").And.NotContain("omit it");
        FluentActions.Invoking(() => TinyRun.Trainer(args, evaluation: TinyRun.Rows(2).Select([])))
            .Should().ThrowExactly<DatasetException>()
            .Which.Message.Should().Contain("evaluation data has no rows").And.EndWith("or omit it.");
        var texts = Dataset.FromList([new Dictionary<string, object?> { ["text"] = "good", ["label"] = 1L }]);
        FluentActions.Invoking(() => TinyRun.Trainer(args, texts))
            .Should().ThrowExactly<DatasetException>().Which.Message.Should().ContainAll("text, label", "input_ids", "dataset.Tokenize");
        FluentActions.Invoking(() => TinyRun.Trainer(args, TinyRun.Rows(4).RemoveColumns("labels")))
            .Should().ThrowExactly<DatasetException>().Which.Message.Should().Contain("no column 'labels'");
        FluentActions.Invoking(
            () => TinyRun.Trainer(args with { RemoveUnusedColumns = false }, Dataset.FromList([Row(_good, 1L, ("text", "good"))])))
            .Should().ThrowExactly<DatasetException>().Which.Message.Should().ContainAll("text", "RemoveColumns", "RemoveUnusedColumns");
    }

    [Fact]
    public void A_trainer_without_data_or_with_a_frozen_model_says_what_it_lacks()
    {
        using var model = TinyRun.Model();
        var args = TinyRun.Arguments(_folder);
        FluentActions.Invoking(() => new Trainer(model, args).Train())
            .Should().ThrowExactly<InvalidOperationException>().Which.Message.Should().Contain("trainDataset");
        FluentActions.Invoking(() => new Trainer(model, args).Evaluate())
            .Should().ThrowExactly<InvalidOperationException>().Which.Message.Should().Contain("evalDataset");
        foreach (var parameter in model.parameters()) parameter.requires_grad_(false);
        FluentActions.Invoking(() => new Trainer(model, args, TinyRun.Rows(4)).Train())
            .Should().ThrowExactly<ArgumentException>().Which.Message.Should().Contain("frozen");
    }

    [Fact]
    public void A_metric_that_is_not_computed_is_named_with_the_available_metrics()
    {
        var args = TinyRun.Arguments(_folder) with { EvalStrategy = IntervalStrategy.Epoch, MetricForBestModel = "acuracy" };
        var trainer = TinyRun.Trainer(
            args, evaluation: TinyRun.Rows(4), computeMetrics: _ => new Dictionary<string, double> { ["accuracy"] = 1 });
        FluentActions.Invoking(() => trainer.Train())
            .Should().ThrowExactly<ArgumentException>().Which.Message.Should().ContainAll("'acuracy'", "eval_accuracy", "eval_loss");
        FluentActions.Invoking(() => TinyRun.Trainer(args, evaluation: TinyRun.Rows(4)))      // before anything runs
            .Should().ThrowExactly<ArgumentException>().Which.Message.Should().ContainAll("'acuracy'", "computeMetrics", "eval_loss");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void A_loss_of_NaN_stops_the_run_before_the_step_and_names_it(int accumulation)
    {
        var args = TinyRun.Arguments(_folder) with { GradientAccumulationSteps = accumulation, MaxSteps = 4 };
        IReadOnlyDictionary<string, Tensor>? before = null;
        PretrainedModel? model = null;
        var trainer = TinyRun.Trainer(args, callbacks: new AtStep(2, _ =>
        {
            using var free = no_grad();
            model!.state_dict()["classifier.bias"].fill_(double.NaN);
            before = TinyRun.Bits(model);
        }));
        model = trainer.Model;
        var error = FluentActions.Invoking(() => trainer.Train()).Should().ThrowExactly<NonFiniteLossException>().Which;
        Assert.Equal(3, error.Step);
        error.Message.Should().ContainAll("loss of step 3 is NaN", "not applied");
        Assert.Equal(2, trainer.State.GlobalStep);
        TinyRun.AssertSameBits(before!, model);
    }

    [Fact]
    public void A_failed_step_leaves_no_gradient_in_the_next_run()
    {
        // The second batch of the only group fails when the first has already added its gradient.
        using var model = TinyRun.Model();
        var args = TinyRun.Arguments(_folder) with
        {
            GradientAccumulationSteps = 2,
            NumTrainEpochs = 1,
            TrainSamplingStrategy = SamplingStrategy.Sequential,
        };
        var trainer = new Trainer(
            model, args, TinyRun.Rows(4), dataCollator: new DataCollatorWithPadding(padTokenId: 0), callbacks: [new Break(model)]);
        var before = TinyRun.Bits(model);
        FluentActions.Invoking(() => trainer.Train()).Should().ThrowExactly<NonFiniteLossException>();
        model.load_state_dict(before.ToDictionary(pair => pair.Key, pair => pair.Value));
        new Trainer(model, args, TinyRun.Rows(4), dataCollator: new DataCollatorWithPadding(padTokenId: 0)).Train();
        using var fresh = TinyRun.Model();
        new Trainer(fresh, args, TinyRun.Rows(4), dataCollator: new DataCollatorWithPadding(padTokenId: 0)).Train();
        TinyRun.AssertSameBits(TinyRun.Bits(fresh), model);
    }

    private sealed class Break(PretrainedModel model) : TrainerCallback
    {
        public override void OnSubstepEnd(TrainingArguments args, TrainerState state, TrainerControl control)
        {
            using var free = no_grad();
            model.state_dict()["classifier.bias"].fill_(double.NaN);
        }
    }
}
