using PeftSharp.Data;

namespace PeftSharp.Tests.Data;

public class DatasetTests
{
    private static Dataset Small() => Dataset.FromDict(
        ("text", new[] { "b", "a", null }), ("label", new long[] { 1, 0, 1 }), ("ids", new int[][] { [1, 2], [], [3] }),
        ("score", new[] { .5f, 1, 2 }));

    [Fact]
    public void Rows_columns_and_batches_show_the_same_values()
    {
        var dataset = Small();
        Assert.Equal("Dataset({features: [text, label, ids, score], num_rows: 3})", dataset.ToString());
        Assert.Equal("a", dataset[1]["text"]);
        Assert.Equal("a", dataset[1].GetString("text"));
        Assert.Equal(1, dataset[2].GetInt64("label"));
        Assert.Equal(2.0, dataset[2].GetDouble("score"));
        ((int[])dataset[0]["ids"]!).Should().Equal(1, 2);
        dataset[0].GetInt64s("ids").ToArray().Should().Equal(1L, 2L);
        dataset["ids"].GetSingles(0).ToArray().Should().Equal(1f, 2f);
        dataset[..2].GetStrings("text").Should().Equal("b", "a");
        dataset[1..]["label"].ToArray<long>().Should().Equal(0L, 1L);
        // Equals: FluentAssertions alone takes the objects 1, 1L and 1.0 for the same.
        dataset.ToDictionary()["label"].Should().Equal<object?>(dataset["label"], Equals);
        dataset.Select(row => row.GetInt32s("ids").Length).Should().Equal(2, 0, 1);
    }

    [Fact]
    public void A_collator_writes_rows_into_its_batch_and_reads_stored_lists_without_a_copy()
    {
        var column = Small()["ids"];
        var batch = new long[3 * 2];
        for (var row = 0; row < column.Count; row++)
            Assert.Equal(column.GetLength(row), column.CopyTo(row, batch.AsSpan(2 * row, 2)));
        batch.Should().Equal(1, 2, 0, 0, 3, 0);
        Assert.True(column.GetInt32s(0).Overlaps(column.GetInt32s(0)));
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++)
            _ = column.GetInt32s(i % 3).Length;
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    [Fact]
    public void Errors_about_absent_columns_and_other_types_name_them_with_the_remedy()
    {
        var dataset = Small();
        FluentActions.Invoking(() => dataset["txt"])
            .Should().ThrowExactly<DatasetException>().Which.Message.Should().Contain("no column 'txt'. Columns: text, label, ids, score");
        FluentActions.Invoking(() => dataset[0]["txt"]).Should().ThrowExactly<DatasetException>().Which.Message.Should().Contain("'txt'");
        FluentActions.Invoking(() => dataset[0].GetInt64("text"))
            .Should().ThrowExactly<DatasetException>()
            .Which.Message.Should().Contain("Row 0 of column 'text' (Value(string)) cannot be read as an integer");
        FluentActions.Invoking(() => dataset[2].GetString("text"))
            .Should().ThrowExactly<DatasetException>().Which.Message.Should().Contain("Column 'text' is null in row 2");
        FluentActions.Invoking(() => dataset["label"].GetInt64s(0))
            .Should().ThrowExactly<DatasetException>().Which.Message.Should().Contain("read as a list");
        FluentActions.Invoking(() => Dataset.FromDict(("x", new float[][] { [1.5f] }))["x"].GetInt64s(0))
            .Should().ThrowExactly<DatasetException>().Which.Message.Should().Contain("Sequence(Value(float32))");
        FluentActions.Invoking(() => dataset[3]).Should().ThrowExactly<ArgumentOutOfRangeException>();
        FluentActions.Invoking(() => dataset["label"][-1]).Should().ThrowExactly<ArgumentOutOfRangeException>();
        FluentActions.Invoking(() => new DatasetDict { ["train"] = dataset }["test"])
            .Should().ThrowExactly<DatasetException>().Which.Message.Should().Contain("Splits: train");
        FluentActions.Invoking(() => Dataset.FromDict(("a", new int[3]), ("b", new int[2])))
            .Should().ThrowExactly<DatasetException>().Which.Message.Should().Contain("Column 'b' has 2 rows");
    }

    [Fact]
    public void The_format_selects_the_columns_that_rows_show()
    {
        var dataset = Small().WithFormat("torch", ["label", "ids"]);
        dataset[0].Keys.Should().Equal("label", "ids");
        Assert.Equal(4, dataset.ColumnNames.Count);
        FluentActions.Invoking(() => dataset[0]["text"])
            .Should().ThrowExactly<DatasetException>().Which.Message.Should().Contain("not in the format of the dataset");
        dataset.WithFormat("torch", ["label", "ids"], outputAllColumns: true)[0].Keys.Should().Equal("label", "ids", "text", "score");
        dataset.RenameColumn("label", "y").FormattedColumnNames.Should().Equal("y", "ids");
        dataset.Shuffle(1).RemoveColumns("label").FormattedColumnNames.Should().Equal("ids");
        dataset.ResetFormat();
        Assert.Equal(4, dataset[0].Count);
        FluentActions.Invoking(() => dataset.SetFormat("tensorflow"))
            .Should().ThrowExactly<ArgumentException>().Which.Message.Should().Contain("torch");
        FluentActions.Invoking(() => dataset.SetFormat("torch", ["txt"])).Should().ThrowExactly<DatasetException>();
    }

    [Fact]
    public void Columns_are_renamed_removed_selected_and_added()
    {
        var dataset = Small();
        dataset.RenameColumns(new Dictionary<string, string> { ["label"] = "labels", ["score"] = "s" }).ColumnNames
            .Should().Equal("text", "labels", "ids", "s");
        dataset.RenameColumns(new Dictionary<string, string> { ["text"] = "label", ["label"] = "text" }).ColumnNames
            .Should().Equal("label", "text", "ids", "score");
        dataset.RemoveColumns("text", "label").ColumnNames.Should().Equal("ids", "score");
        dataset.SelectColumns("score", "text").ColumnNames.Should().Equal("score", "text");
        var added = dataset.Shuffle(seed: 3).AddColumn("i", new[] { 7, 8, 9 });
        added["i"].ToArray<int>().Should().Equal(7, 8, 9);
        added["label"].Should().Equal<object?>(dataset.Shuffle(seed: 3)["label"], Equals);
        FluentActions.Invoking(() => dataset.RenameColumn("text", "label")).Should().ThrowExactly<DatasetException>();
        FluentActions.Invoking(() => dataset.RemoveColumns("txt")).Should().ThrowExactly<DatasetException>();
        FluentActions.Invoking(() => dataset.AddColumn("label", new int[3])).Should().ThrowExactly<DatasetException>();
        FluentActions.Invoking(() => dataset.AddColumn("i", new int[2])).Should().ThrowExactly<DatasetException>();
        dataset.ColumnNames.Should().HaveCount(4);
    }

    [Fact]
    public void Columns_are_converted_where_nothing_is_lost()
    {
        var dataset = Small();
        dataset.CastColumn("label", new Value("int32"))["label"].ToArray<int>().Should().Equal(1, 0, 1);
        dataset.CastColumn("label", new Value("string"))["label"].GetStrings().Should().Equal("1", "0", "1");
        dataset.CastColumn("ids", new Sequence(new Value("int64")))["ids"].GetInt64s(0).ToArray().Should().Equal(1L, 2L);
        Assert.Equal("pos", ((ClassLabel)dataset.CastColumn("label", new ClassLabel("neg", "pos")).Features["label"]).Int2Str(1));
        FluentActions.Invoking(() => dataset.CastColumn("score", new Value("int64")))
            .Should().ThrowExactly<DatasetException>().Which.Message.Should().Contain("row 0");
        FluentActions.Invoking(() => dataset.CastColumn("label", new ClassLabel("only")))
            .Should().ThrowExactly<DatasetException>().Which.Message.Should().Contain("row 0");
        FluentActions.Invoking(() => dataset.CastColumn("text", new Value("float64")))
            .Should().ThrowExactly<DatasetException>().Which.Message.Should().Contain("'b'");
        FluentActions.Invoking(() => new Value("int128")).Should().ThrowExactly<ArgumentException>();
    }

    [Fact]
    public void Classes_are_numbered_by_their_sorted_names_and_equally_in_all_splits()
    {
        var dataset = Small().ClassEncodeColumn("text");
        dataset.Features["text"].Should().Be(new ClassLabel("a", "b"));
        dataset["text"].Should().Equal<object?>([1L, 0L, null], Equals);
        var splits = new DatasetDict
        {
            ["train"] = Dataset.FromDict(("y", new[] { "c", "a" })), ["test"] = Dataset.FromDict(("y", new[] { "b" })),
        }.ClassEncodeColumn("y");
        splits["test"].Features["y"].Should().Be(new ClassLabel("a", "b", "c"));
        splits["train"]["y"].ToArray<long>().Should().Equal(2L, 0L);
        FluentActions.Invoking(() => Small().ClassEncodeColumn("score")).Should().ThrowExactly<DatasetException>();
    }

    [Fact]
    public void Concatenation_keeps_rows_and_refuses_other_columns_and_types()
    {
        var (one, two) = (Small().Shuffle(1), Small().Select([2, 2]));
        Datasets.ConcatenateDatasets(one, two)["label"].Should().Equal([.. one["label"], .. two["label"]]);
        FluentActions.Invoking(() => Datasets.ConcatenateDatasets(one, two.RemoveColumns("ids")))
            .Should().ThrowExactly<DatasetException>().Which.Message.Should().Contain("have different columns");
        FluentActions.Invoking(() => Datasets.ConcatenateDatasets(one, two.CastColumn("label", new Value("string"))))
            .Should().ThrowExactly<DatasetException>()
            .Which.Message.Should().Contain("'label' has different types in the datasets: Value(int64) and Value(string)");
        Assert.Equal(6, one.Repeat(2).Count);
        Datasets.ConcatenateDatasets(one, two)["text"].Distinct().OrderBy(text => text is null ? 1 : text is "a" ? 0 : 2)
            .Should().Equal(["a", null, "b"]);
        Small().Unique("label").Should().Equal<object?>([1L, 0L], Equals);
        Dataset.FromDict(("bytes", new byte[][] { [1, 2], [3], [1, 2] })).Unique("bytes").Should().HaveCount(2);
    }

    private sealed record Review(string Text, int Label, float[]? Scores);

    [Fact]
    public void Objects_and_dictionaries_become_rows()
    {
        var reviews = Dataset.FromRows([new Review("good", 1, [.5f]), new Review("bad", 0, null)]);
        reviews.ColumnNames.Should().Equal("Text", "Label", "Scores");
        reviews["Label"].ToArray<int>().Should().Equal(1, 0);
        Assert.True(reviews[1].IsNull("Scores"));
        var list = Dataset.FromList([new Dictionary<string, object?> { ["a"] = 1 }, new Dictionary<string, object?> { ["b"] = "x" }]);
        list["a"].Should().Equal<object?>([1, null], Equals);
        list["b"].Should().Equal([null, "x"]);
    }

    [Fact]
    public void A_row_that_is_null_is_named_in_every_form_of_rows()
    {
        foreach (var create in new Func<Dataset>[]
        {
            () => Dataset.FromList([new Dictionary<string, object?> { ["a"] = 1 }, null!]),
            () => Dataset.FromRows([new Review("good", 1, null), null!]),
        })
            create.Should().ThrowExactly<DatasetException>().WithMessage("Row 1 is null*");
    }
}
