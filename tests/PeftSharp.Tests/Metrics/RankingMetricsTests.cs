using PeftSharp.Metrics;
using static PeftSharp.Metrics.RankingMetrics;

namespace PeftSharp.Tests.Metrics;

public class RankingMetricsTests
{
    private const double Tolerance = 1e-12;      // double precision, sums of at most some hundred terms in another order

    [SkippableFact, Trait("Category", "Parity")]
    public void Recorded_scores_of_rankings_are_met()
    {
        var recorded = RecordedMetrics.Load().GetProperty("roc");
        var labels = recorded.Ints("labels");
        var scores = recorded.Doubles("scores");
        RocAucScore(labels, scores).Should().BeApproximately(recorded.Double("auc"), Tolerance);
        AveragePrecisionScore(labels, scores).Should().BeApproximately(recorded.Double("average_precision"), Tolerance);
        LogLoss(labels, Array.ConvertAll(scores, p => Math.Clamp(p, 0.01, 0.99)))
            .Should().BeApproximately(recorded.Double("log_loss"), Tolerance);
    }

    [Fact]
    public void The_area_is_the_share_of_pairs_in_the_right_order()
    {
        var random = new Random(4);
        for (var round = 0; round < 30; round++)
        {
            var labels = Enumerable.Range(0, 40).Select(i => i < 2 ? i : random.Next(2)).ToArray();
            var scores = labels.Select(_ => (double)random.Next(12)).ToArray();              // few values: many ties
            RocAucScore(labels, scores).Should().BeApproximately(PairShare(labels, scores), Tolerance);
        }
    }

    [Fact]
    public void Average_precision_sums_precision_over_the_gains_in_recall()
    {
        var random = new Random(5);
        for (var round = 0; round < 30; round++)
        {
            var labels = Enumerable.Range(0, 30).Select(i => i < 2 ? i : random.Next(2)).ToArray();
            var scores = labels.Select(_ => (double)random.Next(8)).ToArray();
            double expected = 0, before = 0, positives = labels.Sum();
            foreach (var threshold in scores.Distinct().OrderDescending())
            {
                var chosen = labels.Where((_, i) => scores[i] >= threshold).ToArray();
                var recall = chosen.Sum() / positives;
                expected += (recall - before) * chosen.Average();
                before = recall;
            }
            AveragePrecisionScore(labels, scores).Should().BeApproximately(expected, Tolerance);
        }
    }

    [Theory, InlineData(MultiClass.OneVersusRest), InlineData(MultiClass.OneVersusOne)]
    public void The_area_of_several_classes_averages_areas_of_two(MultiClass multiClass)
    {
        var random = new Random(6);
        var labels = Enumerable.Range(0, 60).Select(i => i < 3 ? i : random.Next(3)).ToArray();
        var rows = labels.Select(_ => Row(random, 3)).ToArray();
        double[] Column(int k, int[] rowsKept) => [.. rowsKept.Select(i => rows[i][k])];
        var all = Enumerable.Range(0, labels.Length).ToArray();
        double OneWay(int positive, int[] kept) => PairShare([.. kept.Select(i => labels[i] == positive ? 1 : 0)], Column(positive, kept));
        double Pair(int a, int b)
        {
            var kept = all.Where(i => labels[i] == a || labels[i] == b).ToArray();
            return (OneWay(a, kept) + OneWay(b, kept)) / 2;
        }
        int Count(int k) => labels.Count(label => label == k);

        var (areas, sizes) = multiClass == MultiClass.OneVersusRest
            ? (new[] { OneWay(0, all), OneWay(1, all), OneWay(2, all) }, new[] { Count(0), Count(1), Count(2) })
            : (new[] { Pair(0, 1), Pair(0, 2), Pair(1, 2) }, new[] { Count(0) + Count(1), Count(0) + Count(2), Count(1) + Count(2) });
        var probabilities = rows.SelectMany(row => row).ToArray();
        RocAucScore(labels, probabilities, 3, multiClass).Should().BeApproximately(areas.Average(), Tolerance);
        RocAucScore(labels, probabilities, 3, multiClass, Average.Weighted)
            .Should().BeApproximately(areas.Zip(sizes, (area, size) => area * size).Sum() / sizes.Sum(), Tolerance);
    }

    [Fact]
    public void Log_loss_of_two_columns_is_the_binary_one()
    {
        double[] positive = [0.1, 0.7, 0.99, 0.5];
        var both = positive.SelectMany(p => new[] { 1 - p, p }).ToArray();
        LogLoss([0, 1, 0, 1], both, classes: 2).Should().BeApproximately(LogLoss([0, 1, 0, 1], positive), Tolerance);
        LogLoss([0, 1, 0, 1], positive)
            .Should().BeApproximately(-(Math.Log(0.9) + Math.Log(0.7) + Math.Log(1 - 0.99) + Math.Log(0.5)) / 4, Tolerance);
    }

    [Fact]
    public void The_log_loss_of_a_certain_mistake_is_limited_by_the_epsilon_of_the_type()
    {
        LogLoss([1], [0.0]).Should().BeApproximately(-Math.Log(Math.Pow(2, -52)), Tolerance);
        LogLoss([1], new[] { 0f }).Should().BeApproximately(-Math.Log(Math.Pow(2, -23)), Tolerance);
    }

    [Fact]
    public void The_area_of_a_single_class_is_NaN_and_the_precision_without_positives_is_zero()
    {
        Assert.Equal(double.NaN, RocAucScore([1, 1, 1], [0.1, 0.2, 0.3]));
        Assert.Equal(0, AveragePrecisionScore([0, 0, 0], [0.1, 0.2, 0.3]));
    }

    [Fact]
    public void Errors_name_the_invalid_scores()
    {
        FluentActions.Invoking(() => RocAucScore([0, 1], [0.5, double.NaN]))
            .Should().ThrowExactly<ArgumentException>().Which.Message.Should().Contain("scores[1] is NaN");
        FluentActions.Invoking(() => RocAucScore([0, 1, 1], [0.5, 0.1]))
            .Should().ThrowExactly<ArgumentException>().Which.Message.Should().ContainAll("labels (3)", "scores (2)");
        FluentActions.Invoking(() => RocAucScore([0, 1, 2], [0.5, 0.1, 0.2]))
            .Should().ThrowExactly<ArgumentException>().Which.Message.Should().Contain("0, 1, 2");
        FluentActions.Invoking(() => LogLoss([0, 1], [0.5, 1.5]))
            .Should().ThrowExactly<ArgumentException>().Which.Message.Should().Contain("1.5");
        FluentActions.Invoking(() => LogLoss([0, 1], [0.5, 0.5, 0.5, 0.4], classes: 2))
            .Should().ThrowExactly<ArgumentException>().Which.Message.Should().Contain("example 1 sum to 0.9");
        FluentActions.Invoking(() => LogLoss([0, 2], [0.5, 0.5]))
            .Should().ThrowExactly<ArgumentException>().Which.Message.Should().Contain("label of example 1 is 2");
        FluentActions.Invoking(() => RocAucScore([0, 1], [0.5, 0.5, 0.5, 0.5], classes: 3))
            .Should().ThrowExactly<ArgumentException>().Which.Message.Should().Contain("6 probabilities are required");
        FluentActions.Invoking(() => RocAucScore([0, 1], [0.5, 0.5, 0.5, 0.5], classes: 2, average: Average.Micro))
            .Should().ThrowExactly<ArgumentException>();
        FluentActions.Invoking(() => AveragePrecisionScore([0, 2], [0.5, 0.1])).Should().ThrowExactly<ArgumentException>();
    }

    private static double PairShare(int[] labels, double[] scores)
    {
        double right = 0, pairs = 0;
        for (var i = 0; i < labels.Length; i++)
            for (var j = 0; j < labels.Length; j++)
                if (labels[i] > labels[j])
                    (right, pairs) = (right + (scores[i] > scores[j] ? 1 : scores[i] == scores[j] ? 0.5 : 0), pairs + 1);
        return right / pairs;
    }

    private static double[] Row(Random random, int classes)
    {
        var row = Enumerable.Range(0, classes).Select(_ => random.NextDouble()).ToArray();
        return Array.ConvertAll(row, x => x / row.Sum());
    }
}
