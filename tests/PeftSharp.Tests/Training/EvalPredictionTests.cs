using PeftSharp.Metrics;
using PeftSharp.Training;

namespace PeftSharp.Tests.Training;

/// <summary>Predictions of an evaluation become reports and metrics.</summary>
public sealed class EvalPredictionTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private static EvalPrediction Prediction(float[] scores, int[] shape, long[] labels, params int[] labelShape) =>
        new([new(scores, shape)], new(labels, labelShape), null);

    [Fact]
    public void A_prediction_is_scores_and_labels()
    {
        var (predictions, labels) = Prediction([1, 2, 3, 0], [2, 2], [1, 0], 2);
        predictions.ArgMax().Should().Equal(1, 0);
        labels.Values.Should().Equal(1, 0);
        predictions.Softmax().Values.Should().Equal(predictions.Values.Softmax(2));
        predictions.Sigmoid().Shape.Should().Equal(predictions.Shape);
        FluentActions.Invoking(() => { var (_, _) = new EvalPrediction([predictions], null, new([0.5f, 1], [2])); })
            .Should().ThrowExactly<InvalidOperationException>().Which.Message.Should().Contain("Read LabelValues");
    }

    [Fact]
    public void Reports_are_those_of_the_metrics()
    {
        var classes = Prediction([1, 2, 0, 3, 0, 0], [2, 3], [1, 2], 2);
        Assert.Equal(ClassificationMetrics.ClassificationReport([1, 2], [1, 0], ["a", "b", "c"], classes: [0, 1, 2]).ToString(),
            classes.GetClassificationReport(["a", "b", "c"]).ToString());

        var several = Prediction([-1, 2, 0, -3], [2, 2], [1, 1, 1, 0], 2, 2);
        Assert.Equal(
            MultiLabelMetrics.Report(new[] { 1, 1, 1, 0 }, new[] { 0, 1, 1, 0 }, 2).ToString(), several.GetMultiLabelReport().ToString());
        several.GetMultiLabelReport(["x", "y"], threshold: 0.9).ToMetrics().Should().HaveCount(14);

        // The second token does not count; the third is tagged O.
        var tags = Prediction([0, 1, 0, 0, 0, 1, 1, 0, 0], [1, 3, 3], [1, -100, 2], 1, 3);
        Assert.Equal(
            EntityMetrics.Report([["B-X", "I-X"]], [["B-X", "O"]]).ToString(), tags.GetEntityReport(["O", "B-X", "I-X"]).ToString());
        FluentActions.Invoking(() => tags.GetEntityReport(["O", "B-X"]))
            .Should().ThrowExactly<ArgumentException>().Which.Message.Should().Contain("tags contains 2 tags");
        FluentActions.Invoking(() => classes.GetEntityReport(["O"]))
            .Should().ThrowExactly<InvalidOperationException>()
            .Which.Message.Should().Contain("GetEntityReport requires predictions of shape [examples, tokens, tags]");
        FluentActions.Invoking(() => tags.GetMultiLabelReport()).Should().ThrowExactly<InvalidOperationException>();
    }

    [Fact]
    public void Reports_have_the_names_of_the_model()
    {
        var classes = new EvalPrediction([new([1, 2, 0, 3, 0, 0], [2, 3])], new([1, 2], [2]), labelNames: ["a", "b", "c"]);
        classes.GetClassificationReport().ToString().Should().Be(classes.GetClassificationReport(["a", "b", "c"]).ToString());
        var two = new EvalPrediction([new([3, 0, 0, 0, 0, 3], [2, 3])], new([0, 2], [2]), labelNames: ["a", "b", "c"]);
        two.GetClassificationReport().Names.Should().Equal("a", "c");
        var several = new EvalPrediction([new([-1, 2, 0, -3], [2, 2])], new([1, 1, 1, 0], [2, 2]), labelNames: ["x", "y"]);
        several.GetMultiLabelReport().ToString().Should().Be(several.GetMultiLabelReport(["x", "y"]).ToString());
        string[] tags = ["O", "B-X", "I-X"];
        var tokens = new EvalPrediction([new([0, 1, 0, 0, 0, 1, 1, 0, 0], [1, 3, 3])], new([1, -100, 2], [1, 3]), labelNames: tags);
        tokens.GetEntityReport().ToString().Should().Be(tokens.GetEntityReport(tags).ToString());
        FluentActions.Invoking(() => Prediction([0, 1, 0], [1, 1, 3], [1], 1, 1).GetEntityReport())
            .Should().ThrowExactly<InvalidOperationException>().WithMessage("The model does not name its labels*");
    }

    [Fact]
    public void The_metrics_of_an_evaluation_print_as_a_table()
    {
        var trainer = TinyRun.Trainer(TinyRun.Arguments(_folder) with { MaxSteps = 1 }, evaluation: TinyRun.Rows(4),
            computeMetrics: prediction => new Dictionary<string, double> { ["tiny"] = 1e-9, ["count"] = 3, ["f1"] = 0.25 });
        var lines = trainer.Evaluate().ToString()!.Split('\n')
            .Select(line => string.Join(' ', line.Split(' ', StringSplitOptions.RemoveEmptyEntries))).ToArray();
        lines.Should().Contain(["eval_tiny 1E-9", "eval_count 3", "eval_f1 0.2500"]);
        Assert.Contains("train_loss", trainer.Train().Metrics.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_user_can_create_predictions_to_test_a_metrics_function()
    {
        var prediction = new EvalPrediction([new NDArray<float>([1, 2, 4, 3], [2, 2])], new NDArray<long>([1, 1], [2]));
        var (predictions, labels) = prediction;
        predictions.ArgMax().Should().Equal(1, 0);
        labels.Values.Should().Equal(1, 1);
        prediction.GetClassificationReport().Accuracy.Should().BeApproximately(0.5, 1e-12);
    }

    [Fact]
    public void Predictions_that_do_not_exist_are_named_when_they_are_read()
    {
        FluentActions.Invoking(() => new EvalPrediction([]).Predictions).Should().ThrowExactly<InvalidOperationException>()
            .Which.Message.Should().Contain("There are no predictions");
    }

    [Fact]
    public void A_report_of_predicted_values_has_the_errors()
    {
        var scores = new EvalPrediction([new([1, 2, 4], [3, 1])], null, new([1, 3, 4], [3]));
        var report = scores.GetRegressionReport();
        report.Should().Be(RegressionMetrics.Report(new double[] { 1, 3, 4 }, new double[] { 1, 2, 4 }));
        report.ToMetrics().Should().Equal(new Dictionary<string, double>
        {
            ["mse"] = 1.0 / 3, ["rmse"] = Math.Sqrt(1.0 / 3), ["mae"] = 1.0 / 3,
            ["r2"] = RegressionMetrics.R2Score(new double[] { 1, 3, 4 }, new double[] { 1, 2, 4 }),
        });
        FluentActions.Invoking(Prediction([1, 2, 0, 3], [2, 2], [1, 2], 2).GetRegressionReport)
            .Should().ThrowExactly<InvalidOperationException>();
    }

    [Fact]
    public void A_report_of_predicted_values_prints_a_table()
    {
        new RegressionReport(0.125, 12.5, 0.25, -1).ToString().Should().Be(
            "     mean squared error       0.12\nroot mean squared error      12.50\n    mean absolute error       0.25\n"
            + "               R2 score      -1.00\n");
        new RegressionReport(1e20, 1e10, 1, double.NaN).ToString(digits: 1).Should()
            .Contain("100000000000000000000.0\n").And.EndWith("NaN\n");
        new RegressionReport(1, 1, 1, 1).Invoking(report => report.ToString(16)).Should().ThrowExactly<ArgumentOutOfRangeException>();
    }

    [Fact]
    public void Members_that_need_labels_are_named_if_the_data_has_none()
    {
        var none = new EvalPrediction([new([1, 2], [1, 2])]);
        var readers = new Dictionary<string, Action>
        {
            ["LabelIds"] = () => _ = none.LabelIds, ["LabelValues"] = () => _ = none.LabelValues,
            ["GetClassificationReport"] = () => none.GetClassificationReport(),
            ["GetMultiLabelReport"] = () => none.GetMultiLabelReport(), ["GetRegressionReport"] = () => none.GetRegressionReport(),
            ["GetEntityReport"] = () => none.GetEntityReport(["O"]),
        };
        foreach (var (name, read) in readers)
            read.Should().ThrowExactly<InvalidOperationException>().WithMessage($"{name} needs labels, but the data has none.*");
    }

    [Fact]
    public void The_metrics_of_a_report_of_classes_are_its_averages()
    {
        var report = Prediction([1, 2, 0, 3, 0, 0], [2, 3], [1, 2], 2).GetClassificationReport();
        report.ToMetrics().Should().Equal(new Dictionary<string, double>
        {
            ["accuracy"] = 0.5, ["f1_macro"] = report.MacroAverage.F1, ["f1_weighted"] = report.WeightedAverage.F1,
        });
    }
}
