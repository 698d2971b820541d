using PeftSharp.Data;
using PeftSharp.Training;

namespace PeftSharp.Tests.Training;

/// <summary>Labels are found under the names that C# programs give them, and their absence is said by the constructor.</summary>
public sealed class LabelColumnsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private sealed record Example(long[] InputIds, long[] AttentionMask, int Label, string Text);

    [Fact]
    public void A_record_of_csharp_trains_as_rows_of_python_do()
    {
        var args = TinyRun.Arguments(_folder) with { MaxSteps = 2 };
        var python = TinyRun.Trainer(args, TinyRun.Rows(4));
        var rows = TinyRun.Rows(4);
        var csharp = TinyRun.Trainer(args, Dataset.FromRows(Enumerable.Range(0, 4).Select(row => new Example(rows[row].Int64s("input_ids").ToArray(), rows[row].Int64s("attention_mask").ToArray(), (int)rows[row].Int64("labels"), "x"))));
        Assert.Equal(python.Train().TrainingLoss, csharp.Train().TrainingLoss);
    }

    [Theory]
    [InlineData("label")]
    [InlineData("Label")]
    [InlineData("LABEL")]
    [InlineData("Labels")]
    [InlineData("label_ids")]
    [InlineData("LabelIds")]
    public void Labels_are_found_by_each_name(string name) => TinyRun.Trainer(TinyRun.Arguments(_folder) with { MaxSteps = 1 }, TinyRun.Rows(4).RenameColumn("labels", name)).Train();

    [Fact]
    public void Missing_labels_are_an_error_of_the_constructor_that_names_the_columns_left_out()
    {
        var error = Assert.Throws<DatasetException>(() => TinyRun.Trainer(TinyRun.Arguments(_folder), TinyRun.Rows(4).RenameColumn("labels", "category")));
        Assert.All(["'labels'", "does not read category", "RenameColumn(\"category\", \"labels\")"], part => Assert.Contains(part, error.Message, StringComparison.Ordinal));
    }

    [Fact]
    public void Labels_that_are_text_name_ClassEncodeColumn()
    {
        var rows = Dataset.FromList(Enumerable.Range(0, 4).Select(row => TinyRun.Row([5, 6], row % 2 == 0 ? "good" : "bad")));
        Assert.Contains("ClassEncodeColumn(\"labels\")", Assert.Throws<DatasetException>(() => TinyRun.Trainer(TinyRun.Arguments(_folder), rows)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Classes_that_are_decimals_name_CastColumn()
    {
        var rows = Dataset.FromList(Enumerable.Range(0, 4).Select(row => TinyRun.Row([5, 6], (double)(row % 2))));
        Assert.Contains("CastColumn(\"labels\", new Value(\"int64\"))", Assert.Throws<DatasetException>(() => TinyRun.Trainer(TinyRun.Arguments(_folder), rows).Train()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Rows_of_uneven_length_name_the_tokenizer_argument()
    {
        var trainer = new Trainer(TinyRun.Model(), TinyRun.Arguments(_folder), TinyRun.Rows(8));
        Assert.Contains("processingClass: tokenizer", Assert.Throws<DatasetException>(() => trainer.Train()).Message, StringComparison.Ordinal);
    }
}
