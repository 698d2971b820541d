using System.Text.Json;
using PeftSharp.Metrics;
using static PeftSharp.Metrics.ClassificationMetrics;

namespace PeftSharp.Tests.Metrics;

public class ClassificationMetricsTests
{
    private const double Tolerance = 1e-12;      // double precision, sums of at most some hundred terms in another order

    [SkippableFact, Trait("Category", "Parity")]
    public void Recorded_scores_of_classes_are_met()
    {
        foreach (var recorded in RecordedMetrics.Load().GetProperty("classification").EnumerateArray())
        {
            int[] labels = recorded.Ints("labels"), predictions = recorded.Ints("predictions");
            AccuracyScore(labels, predictions).Should().BeApproximately(recorded.Double("accuracy"), Tolerance);
            MatthewsCorrcoef(labels, predictions).Should().BeApproximately(recorded.Double("matthews"), Tolerance);
            BalancedAccuracyScore(labels, predictions).Should().BeApproximately(recorded.Double("balanced_accuracy"), Tolerance);
            var kappa = recorded.GetProperty("cohen_kappa");
            if (kappa.ValueKind == JsonValueKind.Null)
                CohenKappaScore(labels, predictions).Should().Be(double.NaN);
            else
                CohenKappaScore(labels, predictions).Should().BeApproximately(kappa.GetDouble(), Tolerance);

            var confusion = recorded.GetProperty("confusion").EnumerateArray()
                .SelectMany(row => row.EnumerateArray().Select(x => (int)x.GetDouble()));
            ConfusionMatrix(labels, predictions).Cast<int>().Should().Equal(confusion);

            var perClass = PrecisionRecallFscoreSupportPerClass(labels, predictions);
            var expected = recorded.GetProperty("per_class");
            Close(expected.Doubles("precision"), perClass.Select(scores => scores.Precision));
            Close(expected.Doubles("recall"), perClass.Select(scores => scores.Recall));
            Close(expected.Doubles("f1"), perClass.Select(scores => scores.F1));
            Close(expected.Doubles("support"), perClass.Select(scores => (double)scores.Support));
        }
    }

    [SkippableFact, Trait("Category", "Parity")]
    public void Recorded_averages_are_met_under_each_rule_for_zero_division()
    {
        foreach (var recorded in RecordedMetrics.Load().GetProperty("classification").EnumerateArray())
            foreach (var average in Enum.GetValues<Average>())
                foreach (var zeroDivision in new[] { 0, 1 })
                {
                    var key = $"{average.ToString().ToLowerInvariant()}.zero{zeroDivision}";
                    if (!recorded.TryGetProperty(key, out var expected))
                        continue;                                            // a binary average of more classes is not recorded
                    int[] labels = recorded.Ints("labels"), predictions = recorded.Ints("predictions");
                    var scores = PrecisionRecallFscoreSupport(labels, predictions, average, zeroDivision: zeroDivision);
                    scores.Precision.Should().BeApproximately(expected.Double("precision"), Tolerance);
                    scores.Recall.Should().BeApproximately(expected.Double("recall"), Tolerance);
                    scores.F1.Should().BeApproximately(expected.Double("f1"), Tolerance);
                    Assert.Equal(scores.Precision, PrecisionScore(labels, predictions, average, zeroDivision: zeroDivision));
                    Assert.Equal(scores.Recall, RecallScore(labels, predictions, average, zeroDivision: zeroDivision));
                    Assert.Equal(scores.F1, F1Score(labels, predictions, average, zeroDivision: zeroDivision));
                }
    }

    [SkippableFact, Trait("Category", "Parity")]
    public void Recorded_reports_are_met_to_the_character()
    {
        foreach (var recorded in RecordedMetrics.Load().GetProperty("classification").EnumerateArray())
            Assert.Equal(recorded.GetProperty("report").GetString(),
                ClassificationReport(recorded.Ints("labels"), recorded.Ints("predictions")).ToString(digits: 4));
    }

    [Fact]
    public void Averages_agree_with_their_definitions_on_random_predictions()
    {
        var random = new Random(1);
        for (var round = 0; round < 50; round++)
        {
            var (labels, predictions) = RandomClasses(random, examples: 30, classes: 2 + round % 4);
            var classes = labels.Union(predictions).Order().ToArray();
            double Precision(int c) => Share(predictions.Zip(labels), pair => pair.First == c, pair => pair.Second == c);
            double Recall(int c) => Share(labels.Zip(predictions), pair => pair.First == c, pair => pair.Second == c);
            var macro = PrecisionRecallFscoreSupport(labels, predictions, Average.Macro);
            var weighted = PrecisionRecallFscoreSupport(labels, predictions, Average.Weighted);
            macro.Precision.Should().BeApproximately(classes.Average(Precision), Tolerance);
            macro.Recall.Should().BeApproximately(classes.Average(Recall), Tolerance);
            weighted.Precision.Should().BeApproximately(labels.Average(Precision), Tolerance);
            weighted.Recall.Should().BeApproximately(AccuracyScore(labels, predictions), Tolerance);      // Σ (n_c/n)·(hits_c/n_c)
            F1Score(labels, predictions, Average.Micro).Should().BeApproximately(AccuracyScore(labels, predictions), Tolerance);
        }
    }

    [Fact]
    public void Matthews_is_the_Pearson_correlation_of_two_classes()
    {
        var random = new Random(2);
        for (var round = 0; round < 20; round++)
        {
            var (labels, predictions) = RandomClasses(random, examples: 25, classes: 2);
            var correlation = RegressionMetrics.PearsonR(
                Array.ConvertAll(labels, x => (double)x), Array.ConvertAll(predictions, x => (double)x));
            MatthewsCorrcoef(labels, predictions).Should().BeApproximately(double.IsNaN(correlation) ? 0 : correlation, Tolerance);
        }
    }

    [Fact]
    public void Weighted_kappa_agrees_with_sums_over_examples_and_over_all_pairs()
    {
        var random = new Random(3);
        foreach (var (weights, cost) in new (KappaWeights, Func<int, int, double>)[]
        {
            (KappaWeights.None, (a, b) => a == b ? 0 : 1), (KappaWeights.Linear, (a, b) => Math.Abs(a - b)),
            (KappaWeights.Quadratic, (a, b) => (a - b) * (a - b)),
        })
        {
            var (labels, predictions) = RandomClasses(random, examples: 200, classes: 4);   // enough that each class occurs: number = place
            var observed = labels.Zip(predictions, cost).Average();
            var byChance = labels.SelectMany(a => predictions.Select(b => cost(a, b))).Average();
            CohenKappaScore(labels, predictions, weights).Should().BeApproximately(1 - observed / byChance, Tolerance);
        }
    }

    [Fact]
    public void Balanced_accuracy_adjusted_for_chance_is_zero_for_a_constant_guess()
    {
        BalancedAccuracyScore([0, 1, 2, 2], [1, 1, 1, 1], adjusted: true).Should().BeApproximately(0, Tolerance);
        BalancedAccuracyScore([0, 1, 2, 2], [0, 1, 2, 2], adjusted: true).Should().BeApproximately(1, Tolerance);
    }

    [Fact]
    public void Labels_can_be_any_list_of_integers()
    {
        ReadOnlySpan<int> span = [0, 1, 1];
        var expected = 2 / 3.0;
        Assert.Equal(expected, AccuracyScore(span, new[] { 0, 1, 0 }));
        Assert.Equal(expected, AccuracyScore(new long[] { 0, 1, 1 }, new List<int> { 0, 1, 0 }));
        Assert.Equal(expected, AccuracyScore(new List<long> { 0, 1, 1 }, [0, 1, 0]));
        Assert.Equal(expected, AccuracyScore(Labels.From(Enumerable.Range(0, 3)), [0, 1, 0]));
    }

    [Fact]
    public void A_report_of_some_classes_shows_micro_averages_and_names()
    {
        var report = ClassificationReport([0, 1, 2, 2], [0, 2, 2, 1], targetNames: ["one", "a much longer name"], classes: [1, 2]);
        Assert.Null(report.Accuracy);
        report.MicroAverage.Should().Be(new PrecisionRecallF1(1 / 3.0, 1 / 3.0, 1 / 3.0));      // 1 hit, 3 predicted, 3 true
        Assert.Equal(
            "                    precision    recall  f1-score   support\n\n" +
            "               one       0.00      0.00      0.00         1\n" +
            "a much longer name       0.50      0.50      0.50         2\n\n" +
            "         micro avg       0.33      0.33      0.33         3\n" +
            "         macro avg       0.25      0.25      0.25         3\n" +
            "      weighted avg       0.33      0.33      0.33         3\n", report.ToString());
    }

    [Fact]
    public void Halves_are_rounded_to_even_as_Python_rounds_them()
    {
        // recall of class 0: 1/8 = 0.125 exactly; of class 1: 3/8 = 0.375 exactly
        int[] labels = [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1], predictions = [0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0];
        var lines = ClassificationReport(labels, predictions).ToString().Split('\n');
        lines[2].Should().Contain(" 0.12 ");
        lines[3].Should().Contain(" 0.38 ");
    }

    [Fact]
    public void A_confusion_matrix_takes_the_classes_in_the_order_asked_for()
    {
        var matrix = ConfusionMatrix([0, 1, 1, 2], [0, 2, 1, 1], classes: [2, 1, 7]);
        matrix.Cast<int>().Should().Equal(0, 1, 0, 1, 1, 0, 0, 0, 0);
    }

    [Fact]
    public void The_error_about_different_counts_names_both()
    {
        FluentActions.Invoking(() => AccuracyScore([1, 0, 1], [1, 0]))
            .Should().ThrowExactly<ArgumentException>().Which.Message.Should().ContainAll("labels (3)", "predictions (2)");
    }

    [Fact]
    public void Empty_input_has_no_score()
    {
        FluentActions.Invoking(() => AccuracyScore([], [])).Should().ThrowExactly<ArgumentException>();
        FluentActions.Invoking(() => F1Score([], [], Average.Macro)).Should().ThrowExactly<ArgumentException>();
        FluentActions.Invoking(() => MatthewsCorrcoef([], [])).Should().ThrowExactly<ArgumentException>();
        FluentActions.Invoking(() => ConfusionMatrix([], [])).Should().ThrowExactly<ArgumentException>();
    }

    [Fact]
    public void A_binary_average_names_the_classes_that_do_not_fit()
    {
        FluentActions.Invoking(() => F1Score([0, 1, 2], [0, 1, 1]))
            .Should().ThrowExactly<ArgumentException>().Which.Message.Should().Contain("0, 1, 2");
        FluentActions.Invoking(() => F1Score([0, 2], [2, 0]))
            .Should().ThrowExactly<ArgumentException>().Which.Message.Should().Contain("0, 2");
        Assert.Equal(0.5, PrecisionScore([0, 2], [2, 2], posLabel: 2));
    }

    [Fact]
    public void Unknown_classes_wrong_names_and_wrong_options_are_errors()
    {
        FluentActions.Invoking(() => ConfusionMatrix([0, 1], [0, 3], classes: [3, 9]))
            .Should().ThrowExactly<ArgumentException>().Which.Message.Should().Contain("0, 1");
        FluentActions.Invoking(() => ClassificationReport([0, 1], [0, 1], ["a", "b", "c"]))
            .Should().ThrowExactly<ArgumentException>().Which.Message.Should().Contain("3 names for");
        FluentActions.Invoking(() => F1Score([0, 1], [0, 1], zeroDivision: 0.5)).Should().ThrowExactly<ArgumentOutOfRangeException>();
        FluentActions.Invoking(() => ClassificationReport([0, 1], [0, 1]).ToString(digits: 16))
            .Should().ThrowExactly<ArgumentOutOfRangeException>();
        FluentActions.Invoking(() => AccuracyScore(new[] { 1L << 40 }, [0])).Should().ThrowExactly<ArgumentOutOfRangeException>();
        FluentActions.Invoking(() => AccuracyScore((int[])null!, [0])).Should().ThrowExactly<ArgumentNullException>();
    }

    private static (int[] Labels, int[] Predictions) RandomClasses(Random random, int examples, int classes) =>
        (Enumerable.Range(0, examples).Select(_ => random.Next(classes)).ToArray(),
            Enumerable.Range(0, examples).Select(_ => random.Next(classes)).ToArray());

    private static double Share<T>(IEnumerable<T> all, Func<T, bool> counted, Func<T, bool> right) =>
        all.Where(counted).Select(x => right(x) ? 1.0 : 0.0).DefaultIfEmpty(0).Average();

    private static void Close(double[] expected, IEnumerable<double> actual)
    {
        var got = actual.ToArray();
        Assert.Equal(expected.Length, got.Length);
        for (var i = 0; i < got.Length; i++)
            got[i].Should().BeApproximately(expected[i], Tolerance);
    }
}
