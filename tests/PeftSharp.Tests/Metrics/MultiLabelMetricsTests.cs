using PeftSharp.Metrics;
using static PeftSharp.Metrics.MultiLabelMetrics;

namespace PeftSharp.Tests.Metrics;

public sealed class MultiLabelMetricsTests
{
    private const double Tolerance = 1e-12;      // double precision, sums of some hundred terms in another order
    // The matrices of scikit-learn's documentation of f1_score.
    private static readonly int[] _labels = [0, 0, 0, 1, 1, 1, 0, 1, 1], _predictions = [0, 0, 0, 1, 1, 1, 1, 1, 0];

    [Fact]
    public void The_example_of_scikit_learn_gives_its_numbers()
    {
        var report = Report(_labels, _predictions, labelCount: 3);
        report.Labels.Select(scores => scores.F1).Should().Equal([2.0 / 3, 1, 2.0 / 3], (a, b) => Math.Abs(a - b) < Tolerance);
        report.Labels.Select(scores => scores.Support).Should().Equal(1, 2, 2);
        Near(new(0.8, 0.8, 0.8), report.MicroAverage);
        Near(new(2.5 / 3, 2.5 / 3, 7.0 / 9), report.MacroAverage);
        Near(new(0.9, 0.8, 0.8), report.WeightedAverage);
        Near(new(0.5, 0.5, 0.5), report.SamplesAverage);              // the first example has no label and gets none: 0/0 counts 0
        Near(new(2.5 / 3, 2.5 / 3, 2.5 / 3), PrecisionRecallFscoreSupport(_labels, _predictions, 3, Average.Samples, zeroDivision: 1));
        SubsetAccuracy(_labels, _predictions, 3).Should().BeApproximately(2.0 / 3, Tolerance);
        HammingLoss(_labels, _predictions, 3).Should().BeApproximately(2.0 / 9, Tolerance);
        Assert.Equal(0.75, HammingLoss(new[] { 0, 1, 1, 1 }, new[] { 0, 0, 0, 0 }, 2));       // the documentation of hamming_loss
    }

    [Fact]
    public void Each_average_is_that_of_the_binary_scores_of_columns_rows_or_cells()
    {
        const int Examples = 40, Count = 5;
        var random = new Random(3);
        for (var round = 0; round < 20; round++)
        {
            var share = round / 20.0;
            int[] Draw() => [.. Enumerable.Range(0, Examples * Count).Select(_ => random.NextDouble() < share ? 1 : 0)];
            int[] labels = Draw(), predictions = Draw();
            PrecisionRecallF1 Binary(Func<int, bool> isWanted) => ClassificationMetrics.PrecisionRecallFscoreSupport(
                labels.Where((_, i) => isWanted(i)).ToArray(), predictions.Where((_, i) => isWanted(i)).ToArray());
            var columns = Enumerable.Range(0, Count).Select(label => Binary(i => i % Count == label)).ToArray();
            var weights =
                Enumerable.Range(0, Count).Select(label => labels.Where((value, i) => i % Count == label && value == 1).Count()).ToArray();
            if (weights.Sum() == 0) weights = [1, 1, 1, 1, 1];
            Near(Binary(_ => true), PrecisionRecallFscoreSupport(labels, predictions, Count, Average.Micro));
            Near(Mean(columns, [1, 1, 1, 1, 1]), PrecisionRecallFscoreSupport(labels, predictions, Count, Average.Macro));
            Near(Mean(columns, weights), PrecisionRecallFscoreSupport(labels, predictions, Count, Average.Weighted));
            var rows = Enumerable.Range(0, Examples).Select(example => Binary(i => i / Count == example)).ToArray();
            Near(
                Mean(rows, [.. Enumerable.Repeat(1, Examples)]), PrecisionRecallFscoreSupport(labels, predictions, Count, Average.Samples));
            HammingLoss(labels, predictions, Count)
                .Should().BeApproximately(1 - ClassificationMetrics.AccuracyScore(labels, predictions), Tolerance);
        }
    }

    [Fact]
    public void A_label_is_predicted_if_its_score_reaches_the_threshold()
    {
        float[] logits = [0f, -0.1f, 3f, -2f];
        bool[] labels = [true, false, true, true];
        Assert.Equal(F1Score(labels, logits.Sigmoid(), 2), F1Score(labels, logits, 2, threshold: 0));
        RecallScore(labels, logits, 2, threshold: 0).Should().BeApproximately(2.0 / 3, Tolerance);
        RecallScore(labels, logits, 2, threshold: 3).Should().BeApproximately(1.0 / 3, Tolerance);
        Assert.Equal(1, PrecisionScore(labels, logits, 2, threshold: 0));
    }

    [Fact]
    public void The_table_is_that_of_scikit_learn() => Assert.Equal("""
                      precision    recall  f1-score   support

                 new       0.50      1.00      0.67         1
                long       1.00      1.00      1.00         2
                good       1.00      0.50      0.67         2

           micro avg       0.80      0.80      0.80         5
           macro avg       0.83      0.83      0.78         5
        weighted avg       0.90      0.80      0.80         5
         samples avg       0.50      0.50      0.50         5

        """, Report(_labels, _predictions, 3, ["new", "long", "good"]).ToString());

    [Fact]
    public void Scores_that_cannot_be_compared_are_rejected_with_the_remedy()
    {
        FluentActions.Invoking(() => F1Score(new[] { 1, 0 }, new[] { 1.5, 0 }, 2))
            .Should().ThrowExactly<ArgumentException>()
            .Which.Message.Should().Contain("scores[0] is 1.5, which is not a probability. Apply Sigmoid()");
        FluentActions.Invoking(() => F1Score(new[] { 1, -100 }, new[] { 1.0, 0 }, 2))
            .Should().ThrowExactly<ArgumentException>().Which.Message.Should().Contain("Label 1 of example 0 is -100");
        FluentActions.Invoking(() => F1Score(new[] { 1, 0, 1 }, new[] { 1.0, 0, 1 }, 2))
            .Should().ThrowExactly<ArgumentException>().Which.Message.Should().Contain("3 values cannot be divided into rows of 2");
        FluentActions.Invoking(() => F1Score(_labels, _predictions, 3, Average.Binary))
            .Should().ThrowExactly<ArgumentException>().Which.Message.Should().Contain("Average.Micro, Macro, Weighted or Samples");
        FluentActions.Invoking(() => Report(_labels, _predictions, 3, ["a", "b"]))
            .Should().ThrowExactly<ArgumentException>().Which.Message.Should().Contain("2 names (a, b) for 3 labels");
        FluentActions.Invoking(() => ClassificationMetrics.F1Score([0, 1], [0, 1], Average.Samples))
            .Should().ThrowExactly<ArgumentException>().Which.Message.Should().Contain("MultiLabelMetrics");
    }

    private static PrecisionRecallF1 Mean(PrecisionRecallF1[] scores, int[] weights)
    {
        double Of(Func<PrecisionRecallF1, double> read) =>
            scores.Zip(weights, (score, weight) => read(score) * weight).Sum() / weights.Sum();
        return new(Of(score => score.Precision), Of(score => score.Recall), Of(score => score.F1));
    }

    private static void Near(PrecisionRecallF1 expected, PrecisionRecallF1 found)
    {
        found.Precision.Should().BeApproximately(expected.Precision, Tolerance);
        found.Recall.Should().BeApproximately(expected.Recall, Tolerance);
        found.F1.Should().BeApproximately(expected.F1, Tolerance);
    }
}
