using System.Collections.Concurrent;
using PeftSharp.Data;

namespace PeftSharp.Tests.Data;

public class DatasetMapTests
{
    private static Dataset Texts(int count = 10) => Dataset.FromDict(
        ("text", Enumerable.Range(0, count).Select(i => new string('x', i % 7)).ToArray()),
        ("label", Enumerable.Range(0, count).Select(i => (long)(i % 2)).ToArray()));

    private static readonly Dictionary<string, object> NoColumns = [];

    private static Dictionary<string, object?> One(string name, object? value) => new() { [name] = value };
    private static Dictionary<string, object> Many(string name, object values) => new() { [name] = values };

    [Fact]
    public void The_program_of_the_course_reads_as_in_Python()
    {
        var dataset = new DatasetDict { ["train"] = Texts(50), ["test"] = Texts(20) };
        var tokenized = dataset.Map(
            batch => Many("input_ids", batch.GetStrings("text").Select(text => text.Select(c => (int)c).ToArray()).ToArray()),
            batched: true);
        tokenized = tokenized.RenameColumn("label", "labels").RemoveColumns("text");
        tokenized.SetFormat("torch");
        var train = tokenized["train"].Shuffle(seed: 42).Select(Enumerable.Range(0, 20));
        var test = tokenized["test"].Shuffle(seed: 42).Select(..5);
        Assert.Equal((20, 5), (train.Count, test.Count));
        train.ColumnNames.Should().Equal("labels", "input_ids");
        var expected = dataset["train"].Shuffle(seed: 42);
        for (var i = 0; i < train.Count; i++)
        {
            Assert.Equal(expected[i].GetString("text").Length, train[i].GetInt32s("input_ids").Length);
            Assert.Equal(expected[i]["label"], train[i]["labels"]);
        }
        Assert.Equal("torch", train.Format.Type);
    }

    [Theory]
    [InlineData(1), InlineData(3)]
    public void Rows_batches_and_threads_give_the_same_columns_in_order(int numProc)
    {
        var dataset = Texts(3_500).Shuffle(seed: 1);
        var expected = dataset["text"].GetStrings().Select(text => text.Length).ToArray();
        var byRow = dataset.Map(row => One("length", row.GetString("text").Length), numProc: numProc);
        var byBatch = dataset.Map(batch => Many("length", batch.GetStrings("text").Select(text => text.Length).ToArray()), batched: true,
            batchSize: 64, numProc: numProc);
        var byIndex = dataset.Map((_, index) => One("length", expected[index]), numProc: numProc);
        foreach (var mapped in new[] { byRow, byBatch, byIndex })
        {
            mapped["length"].ToArray<int>().Should().Equal(expected);
            mapped.ColumnNames.Should().Equal("text", "label", "length");
            mapped["label"].ToArray<long>().Should().Equal(dataset["label"].ToArray<long>());
        }
        var long4 = dataset.Filter(row => row.GetString("text").Length > 4, numProc: numProc);
        long4["text"].GetStrings().Select(text => text.Length).Should().Equal(expected.Where(length => length > 4));
        dataset.Filter(
            batch => batch.GetStrings("text").Select(text => text.Length > 4), batched: true, numProc: numProc)["text"].GetStrings()
            .Should().Equal(long4["text"].GetStrings());
    }

    [Fact]
    public void A_batched_function_may_change_the_number_of_rows_if_all_old_columns_are_removed()
    {
        var dataset = Texts(5);
        var doubled = dataset.Map(batch => Many("i", batch.Indices.SelectMany(i => new[] { i, i }).ToArray()), batched: true, batchSize: 2,
            removeColumns: dataset.ColumnNames);
        doubled["i"].ToArray<int>().Should().Equal(0, 0, 1, 1, 2, 2, 3, 3, 4, 4);
        FluentActions.Invoking(
            () => dataset.Map(batch => Many("i", new int[3]), batched: true, batchSize: 2, removeColumns: ["text"]))
            .Should().ThrowExactly<DatasetException>()
            .Which.Message.Should().ContainAll("rows 0 to 1", "3 values of column 'i', but the column 'label', which is kept, has 2");
        FluentActions.Invoking(
            () => dataset.Map(_ => new Dictionary<string, object> { ["a"] = new int[5], ["b"] = new int[4] }, batched: true))
            .Should().ThrowExactly<DatasetException>().Which.Message.Should().Contain("Return the same number of values for all columns");
    }

    [Fact]
    public void A_changed_column_keeps_its_place_and_may_change_its_type()
    {
        var mapped = Texts(4).Map(row => One("text", row.GetString("text").Length));
        mapped.ColumnNames.Should().Equal("text", "label");
        mapped["text"].ToArray<int>().Should().Equal(0, 1, 2, 3);
        Texts(4).Map(row => One("text", row.GetString("text").Length), removeColumns: ["text"])["text"].ToArray<int>()
            .Should().Equal(0, 1, 2, 3);
    }

    [Theory]
    [InlineData(1), InlineData(4)]
    public void An_error_of_the_function_names_the_first_row_it_failed_on(int numProc)
    {
        var error = FluentActions.Invoking(() => Texts(5_000).Map(
                row => row.Index is 1234 or 4321 ? throw new FormatException("not a digit") : One("x", 1), numProc: numProc))
            .Should().ThrowExactly<DatasetException>().Which;
        error.Message.Should().Contain("row 1234: not a digit");
        error.InnerException.Should().BeOfType<FormatException>();
        FluentActions.Invoking(() => Texts(5).Map(
                batch => batch.Start == 2 ? throw new FormatException() : NoColumns, batched: true, batchSize: 2, numProc: numProc))
            .Should().ThrowExactly<DatasetException>().Which.Message.Should().Contain("rows 2 to 3");
        FluentActions.Invoking(() => Texts().Filter(row => row.Index == 7 ? throw new FormatException() : true, numProc: numProc))
            .Should().ThrowExactly<DatasetException>().Which.Message.Should().Contain("row 7");
    }

    [Fact]
    public void A_column_whose_type_changes_is_named_with_row_and_both_types()
    {
        FluentActions.Invoking(() => Texts().Map(row => One("x", row.Index < 6 ? 1L : "six")))
            .Should().ThrowExactly<DatasetException>()
            .Which.Message.Should().Contain("Column 'x', row 6: The column has type Value(int64), but this value is Value(string)");
        FluentActions.Invoking(
            () => Texts().Map(batch => Many("x", batch.Start < 6 ? new long[2] : new float[2]), batched: true, batchSize: 2))
            .Should().ThrowExactly<DatasetException>()
            .Which.Message.Should().Contain("row 6: the function returned Value(float32), but Value(int64)");
        FluentActions.Invoking(() => Texts().Map(row => One(row.Index == 0 ? "x" : "y", 1)))
            .Should().ThrowExactly<DatasetException>()
            .Which.Message.Should().Contain("returned the columns y for row 1, but the columns x for the previous rows");
        FluentActions.Invoking(() => Texts().Map(_ => Many("x", "text"), batched: true))
            .Should().ThrowExactly<DatasetException>().Which.Message.Should().Contain("a single String");
        FluentActions.Invoking(() => Texts().Map(_ => One("x", new Version(1, 2))))
            .Should().ThrowExactly<DatasetException>().Which.Message.Should().Contain("is not supported");
    }

    [Fact]
    public void Empty_lists_and_nulls_take_the_type_of_the_batches_around_them()
    {
        object?[] values = [null, null, Array.Empty<object>(), Array.Empty<object>(), new long[] { 4 }, new long[] { 5 }];
        var mapped = Texts(6).Map(
            batch => Many("x", batch.Indices.Select(i => values[i]).ToArray()), batched: true, batchSize: 2);
        mapped.Features["x"].Should().Be(new Sequence(new Value("int64")));
        Assert.True(mapped["x"].IsNull(1));
        Assert.Equal(0, mapped["x"].GetInt64s(3).Length);
        mapped["x"].GetInt64s(5).ToArray().Should().Equal(5L);
    }

    [Fact]
    public void Grids_and_lists_of_lists_become_columns_of_lists()
    {
        var columns = new Dictionary<string, object>
        {
            ["grid"] = new long[,] { { 1, 2 }, { 3, 4 } }, ["nested"] = new[] { new int[][] { [1], [2, 3] }, [] },
        };
        var mapped = Texts(2).Map(_ => columns, batched: true);
        mapped["grid"].GetInt64s(1).ToArray().Should().Equal(3L, 4L);
        mapped["nested"].GetItems(0).GetInt32s(1).ToArray().Should().Equal(2, 3);
    }

    private readonly record struct Span(int Start, int End);

    [Fact]
    public void Dictionaries_of_arrays_and_records_are_taken_as_they_are()      // what a tokenizer gives: Array by name, offsets as structs
    {
        var columns = new Dictionary<string, Array>
        {
            ["ids"] = new int[][] { [1], [2], [3] }, ["offsets"] = new Span[][] { [new(0, 1)], [], [new(2, 5)] },
        };
        var mapped = Texts(3).Map(batch => columns, batched: true);
        var fields = new Dictionary<string, Feature> { ["Start"] = new Value("int32"), ["End"] = new Value("int32") };
        mapped.Features["offsets"].Should().Be(new Sequence(new Struct(fields)));
        Assert.Equal(5, mapped["offsets"].GetItems(2).Field("End").GetInt64(0));
        Texts(3).Map(row => new Dictionary<string, int> { ["i"] = row.Index })["i"].ToArray<int>().Should().Equal(0, 1, 2);
    }

    [Fact]
    public void Progress_is_reported_and_cancellation_stops_the_map()
    {
        var told = new ConcurrentQueue<MapProgress>();
        Texts(10).Map(batch => NoColumns, batched: true, batchSize: 4, progress: new Direct(told.Enqueue));
        told.Should().Equal([new(4, 10), new(8, 10), new(10, 10)]);
        using var cancel = new CancellationTokenSource();
        FluentActions.Invoking(() => Texts(10).Map(row =>
        {
            if (row.Index == 3) cancel.Cancel();
            row.Index.Should().BeLessThanOrEqualTo(3);
            return One("x", 1);
        }, cancellationToken: cancel.Token)).Should().ThrowExactly<OperationCanceledException>();
    }

    [Fact]
    public void Wrong_arguments_are_refused()
    {
        FluentActions.Invoking(() => Texts().Map(batch => NoColumns, batched: false)).Should().ThrowExactly<ArgumentException>();
        FluentActions.Invoking(() => Texts().Map(batch => NoColumns, batched: true, batchSize: 0))
            .Should().ThrowExactly<ArgumentOutOfRangeException>();
        FluentActions.Invoking(() => Texts().Map(row => One("x", 1), numProc: 0)).Should().ThrowExactly<ArgumentOutOfRangeException>();
        FluentActions.Invoking(() => Texts().Map(row => One("x", 1), removeColumns: ["txt"]))
            .Should().ThrowExactly<DatasetException>().Which.Message.Should().Contain("no column 'txt'. Columns: text, label");
    }

    private sealed class Direct(Action<MapProgress> told) : IProgress<MapProgress>
    {
        public void Report(MapProgress value) => told(value);
    }
}
