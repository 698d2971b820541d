using PeftSharp.Metrics;

namespace PeftSharp.Tests.Metrics;

public sealed class EntityMetricsTests
{
    // The example in the README of seqeval, and its output.
    private static readonly string[][] _labels = [["O", "O", "O", "B-MISC", "I-MISC", "I-MISC", "O"], ["B-PER", "I-PER", "O"]];
    private static readonly string[][] _predictions = [["O", "O", "B-MISC", "I-MISC", "I-MISC", "I-MISC", "O"], ["B-PER", "I-PER", "O"]];

    [Fact]
    public void The_example_of_seqeval_gives_its_numbers_and_its_table()
    {
        var report = EntityMetrics.Report(_labels, _predictions);
        Assert.Equal(0.5, report.MicroAverage.F1);
        Assert.Equal(0.8, report.Accuracy);
        Assert.Equal("""
                          precision    recall  f1-score   support

                    MISC       0.00      0.00      0.00         1
                     PER       1.00      1.00      1.00         1

               micro avg       0.50      0.50      0.50         2
               macro avg       0.50      0.50      0.50         2
            weighted avg       0.50      0.50      0.50         2

            """, report.ToString());
        report.ToMetrics().Keys.Should().Equal("precision", "recall", "f1", "accuracy", "f1_MISC", "f1_PER");
    }

    [Theory]
    [InlineData("B-PER I-PER B-PER O", "PER 0-1, PER 2-2")]
    [InlineData("O I-PER I-PER", "PER 1-2")]                            // an I after O begins an entity
    [InlineData("B-PER I-LOC I-LOC", "PER 0-0, LOC 1-2")]               // another type begins another entity
    [InlineData("B-PER O I-PER", "PER 0-0, PER 2-2")]
    [InlineData("S-ORG E-ORG B-ORG E-ORG I-ORG", "ORG 0-0, ORG 1-1, ORG 2-3, ORG 4-4")]
    [InlineData("B-A-B I-A-B", "A-B 0-1")]
    [InlineData("B I O", "_ 0-1")]
    [InlineData("O O", "")]
    public void Entities_are_read_from_tags_by_the_rules_of_conlleval(string tags, string expected) =>
        Assert.Equal(expected, string.Join(", ", EntitySpan.Of(tags.Split(' ')).Select(span => $"{span.Type} {span.Start}-{span.End}")));

    [Fact]
    public void An_entity_counts_only_with_both_ends_and_its_type()
    {
        string[][] labels = [["B-PER", "I-PER", "O", "B-LOC", "B-ORG"]], predictions = [["B-PER", "O", "O", "B-ORG", "B-ORG"]];
        var report = EntityMetrics.Report(labels, predictions);
        report.MicroAverage.Should().Be(new PrecisionRecallF1(1.0 / 3, 1.0 / 3, 1.0 / 3));                 // of PER, LOC, ORG only the last
        report.Types.Should().Equal([new("LOC", 0, 0, 0, 1), new("ORG", 0.5, 1, 2.0 / 3, 1), new EntityScores("PER", 0, 0, 0, 1)]);
        Assert.Equal(
            (1.0 / 3, 1.0 / 3), (EntityMetrics.PrecisionScore(labels, predictions), EntityMetrics.RecallScore(labels, predictions)));
        Assert.Equal(0, EntityMetrics.F1Score([["O"]], [["O"]]));
    }

    [Fact]
    public void Tags_that_cannot_be_compared_are_rejected_with_the_remedy()
    {
        FluentActions.Invoking(() => EntityMetrics.Report([["O", "PER"]], [["O", "O"]]))
            .Should().ThrowExactly<ArgumentException>().Which.Message.Should().Contain("The tag 'PER' of token 1 is not of the form");
        FluentActions.Invoking(() => EntityMetrics.Report([["O", "O"]], [["O"]]))
            .Should().ThrowExactly<ArgumentException>().Which.Message.Should().Contain("Text 0 has 2 true tags but 1 predicted");
        FluentActions.Invoking(() => EntityMetrics.Report([], [])).Should().ThrowExactly<ArgumentException>();
    }
}
