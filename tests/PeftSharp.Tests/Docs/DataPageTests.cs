using Pages.Data;

namespace PeftSharp.Tests.Docs;

/// <summary>The programs of <c>docs/data.md</c> and <c>docs/ml-net.md</c> run and print what their comments say.</summary>
public sealed class DataPageTests : IDisposable
{
    private readonly CurrentFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Rows_print_what_the_page_says()
    {
        var printed = await Printed.By(Rows.Run);
        printed.Should().Equal(Comments("Rows.cs", "rows"));
    }

    [Fact]
    public async Task The_query_of_a_database_prints_what_the_page_says()
    {
        var printed = await Printed.By(() => Task.Run(Database.Run));
        printed.Should().Equal(Comments("Database.cs", "database"));
    }

    [Fact]
    public async Task Saved_datasets_and_stored_results_print_what_the_page_says()
    {
        var printed = await Printed.By(() => Task.Run(Disk.Run));
        printed.Should().Equal(Comments("Disk.cs", "disk").Where(line => char.IsDigit(line[0])));
    }

    [Fact]
    public async Task Files_that_are_written_contain_what_the_page_says()
    {
        var printed = await Printed.By(() => Task.Run(WriteFiles.Run));
        printed.Where(line => line.Length > 0).Should().Equal(Comments("WriteFiles.cs", "write-files"));
    }

    [Fact]
    public async Task A_table_of_ML_NET_prints_what_its_page_says()
    {
        var printed = await Printed.By(() => Task.Run(MLNet.Run));
        printed.Should().Equal(Comments("MLNet.cs", "ml-net"));
    }

    [Fact]
    public async Task A_label_column_of_another_name_is_trained_on()
    {
        var printed = await Printed.By(() => Task.Run(LabelColumn.Run));
        double.Parse(printed.Single(), System.Globalization.CultureInfo.InvariantCulture).Should().BePositive();
    }

    [Fact]
    public async Task A_stream_prints_what_the_page_says_and_is_trained_on()
    {
        var printed = await Printed.By(() => Task.Run(Streaming.Run));
        printed.Take(2).Should().Equal(Comments("Streaming.cs", "streaming").Where(line => line.StartsWith('{')));
        printed.Should().HaveCount(4);
        double.Parse(printed[^1], System.Globalization.CultureInfo.InvariantCulture).Should().BePositive();
    }

    [Fact]
    public void Several_labels_give_their_metrics()
    {
        var trainer = MultipleLabels.Run();
        trainer.State.Log.Should().Contain(line => line.ContainsKey("eval_hamming_loss"));
    }

    [Fact]
    public void Only_the_first_token_of_a_word_has_its_tag()
    {
        var (_, tokenized) = WordTags.Run();
        // O'Brien is one word of three tokens.
        tokenized[0].GetInt64s("labels").ToArray().Should().Equal(-100, 0, 1, -100, -100, 2, 2, -100);
    }

    /// <summary>The comment lines of a region. Each shows what the line before it prints.</summary>
    private static IEnumerable<string> Comments(string file, string region)
    {
        var source = File.ReadAllText(Path.Combine(ReferenceRoot.Repository, "samples", "Pages", "Data", file));
        return CodeBlock.RegionOf(source, region)!.Split('\n')
            .Where(line => line.StartsWith("// ", StringComparison.Ordinal)).Select(line => line[3..]);
    }
}
