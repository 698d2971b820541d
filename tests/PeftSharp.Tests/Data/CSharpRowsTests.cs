using PeftSharp.Data;

namespace PeftSharp.Tests.Data;

/// <summary>Datasets are made directly from objects, tuples and sequences of C# programs.</summary>
public sealed class CSharpRowsTests
{
    private enum Topic { Sport, Politics }
    private sealed record Article(
        string Text, Topic? Topic, bool[] Tags, int? Stars, DateOnly Day, (string Text, int Start)? Quote,
        List<(string Text, int Start)> Answers);

    private static async IAsyncEnumerable<T> Slowly<T>(IEnumerable<T> rows)
    {
        foreach (var row in rows)
        {
            await Task.Yield();
            yield return row;
        }
    }

    [Fact]
    public void Nullable_values_booleans_and_named_tuples_of_a_record_keep_their_names_and_values()
    {
        var rows = Dataset.FromRows([
            new Article("a", Topic.Politics, [true, false], 3, new DateOnly(2024, 7, 1), ("q", 5), [("x", 1), ("y", 2)]),
            new Article("b", null, [false, false], null, default, null, []),
        ]);
        // Equals: FluentAssertions alone takes the objects 1, 1L and 1.0 for the same.
        rows["Topic"].Should().Equal<object?>([1L, null], Equals);
        rows.Features["Tags"].Should().Be(new Sequence(new Value("bool")));
        rows["Stars"].Should().Equal<object?>([3, null], Equals);
        Assert.Equal(5, ((IReadOnlyDictionary<string, object?>)rows["Quote"][0]!)["Start"]);
        Assert.Null(rows["Quote"][1]);
        rows["Answers"].GetItems(0).Field("Text").GetStrings().Should().Equal("x", "y");
        Assert.Equal(0, rows["Answers"].GetLength(1));
    }

    [Fact]
    public void Value_tuples_take_the_names_they_are_given()
    {
        var pairs = new List<(string text, Topic label)> { ("a", Topic.Politics), ("b", Topic.Sport) };
        var rows = Dataset.FromRows(pairs, "text", "label");
        rows.ColumnNames.Should().Equal("text", "label");
        rows.Features["label"].Should().Be(new ClassLabel("Sport", "Politics"));
        Assert.Equal(8, Dataset.FromRows([(1, 2, 3, 4, 5, 6, 7, 8)], "a", "b", "c", "d", "e", "f", "g", "h")[0].Count);
        FluentActions.Invoking(() => Dataset.FromRows(pairs, "text"))
            .Should().ThrowExactly<DatasetException>()
            .Which.Message.Should().Contain("Row 0 has 2 elements, but names contains 1 (text)");
        FluentActions.Invoking(() => Dataset.FromRows(pairs))
            .Should().ThrowExactly<DatasetException>().Which.Message.Should().Contain("Dataset.FromRows(rows, \"text\", \"label\")");
        FluentActions.Invoking(() => Dataset.FromRows(pairs, "x", "x"))
            .Should().ThrowExactly<DatasetException>().Which.Message.Should().Contain("The name 'x' occurs 2 times");
    }

    [Fact]
    public async Task An_asynchronous_sequence_gives_the_rows_of_the_list()
    {
        var list = Enumerable.Range(0, 5).Select(i => new { Text = $"t{i}", Label = (Topic)(i % 2) }).ToArray();
        var rows = await Dataset.FromRowsAsync(Slowly(list));
        rows.Select(row => row.ToString()).Should().Equal(Dataset.FromRows(list).Select(row => row.ToString()));
        await FluentActions.Awaiting(() => Dataset.FromRowsAsync(Slowly(list), new CancellationToken(canceled: true)))
            .Should().ThrowAsync<OperationCanceledException>();
        (await FluentActions.Awaiting(() => Dataset.FromRowsAsync(Slowly(new[] { list[0], null! })))
            .Should().ThrowExactlyAsync<DatasetException>()).Which.Message.Should().Contain("Row 1 is null");
    }

    [Fact]
    public void The_first_rows_are_shown_as_a_table()
    {
        var rows = Dataset.FromRows([
            new { Text = "A film\nof two lines", Label = Topic.Politics, Score = 0.5, Ids = new[] { 1, 2 } },
            new { Text = new string('x', 39) + "🙂🙂", Label = Topic.Sport, Score = 12.25, Ids = Enumerable.Range(0, 99).ToArray() },
            new { Text = "", Label = Topic.Sport, Score = 0.0, Ids = Array.Empty<int>() },
        ]);
        Assert.Equal("""
            Text                                      Label           Score  Ids
            string                                    class         float64  int32[]
            ----------------------------------------  ------------  -------  ----------------------------------------
            A film of two lines                       1 (Politics)      0.5  [1, 2]
            xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…  0 (Sport)       12.25  [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, …
            2 of 3 rows, 4 columns
            """, rows.Head(2));
        Assert.EndsWith("3 of 3 rows, 4 columns", rows.Head(), StringComparison.Ordinal);
        Assert.Equal("0 of 3 rows, 1 column", rows.SelectColumns("Score").Head(0).Split('\n')[^1]);
        Assert.StartsWith("Score\n", rows.WithFormat(columns: ["Score"]).Head().TrimStart(), StringComparison.Ordinal);
        FluentActions.Invoking(() => rows.Head(-1)).Should().ThrowExactly<ArgumentOutOfRangeException>();
    }
}
