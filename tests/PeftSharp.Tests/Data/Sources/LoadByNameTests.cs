using PeftSharp.Data;
using PeftSharp.Tests.Data.Parquet;
using PeftSharp.Tests.Hub;

namespace PeftSharp.Tests.Data.Sources;

/// <summary>Datasets by name, from a server with the interface of the Hub.</summary>
public sealed class LoadByNameTests : IDisposable
{
    private const string Card = """
        ---
        configs:
        - config_name: one
          data_files:
          - split: train
            path: one/train*.csv
          - split: test
            path: one/test.csv
        - config_name: two
          data_files: two.csv
        dataset_info:
        - config_name: one
          features:
          - name: text
            dtype: string
          - name: label
            dtype:
              class_label:
                names:
                  '0': neg
                  '1': pos
        ---
        """;

    private readonly HubFixture _hub = new();
    private readonly DataFolder _folder = new();

    public void Dispose()
    {
        _hub.Dispose();
        _folder.Dispose();
    }

    private DatasetLoadOptions Options => new() { Hub = _hub.Options };

    private ServerRepository AddTwoConfigurations() => _hub.Server.AddDataset("owner/name",
        ("README.md", Card), ("one/train-1.csv", "text,label\na,1\n"), ("one/train-2.csv", "text,label\nb,0\n"),
        ("one/test.csv", "text,label\nc,1\n"), ("two.csv", "x\n5\n"), ("other.bin", "?"));

    private IEnumerable<string> Downloads => _hub.Server.Requests
        .Where(request => request.Method == "GET" && request.Path.Contains("/resolve/", StringComparison.Ordinal))
        .Select(request => request.Path.Split("/resolve/")[1].Split('/', 2)[1]).Order(StringComparer.Ordinal);

    [Fact]
    public void Only_the_files_of_the_wanted_split_are_downloaded_and_the_card_names_the_classes()
    {
        var repository = AddTwoConfigurations();
        var train = Datasets.LoadDataset("owner/name", "train", Options, name: "one");

        train["text"].Should().Equal("a", "b");
        train["label"].Should().Equal(1L, 0L);
        train.GetClassNames("label").Should().Equal("neg", "pos");
        Downloads.Should().Equal("README.md", "one/train-1.csv", "one/train-2.csv");
        _hub.CacheFiles.Should().Contain([
            "datasets--owner--name/refs/main", $"datasets--owner--name/snapshots/{repository.Commit}/one/train-1.csv",
            $"datasets--owner--name/trees/{repository.Commit}.json"]);
        _hub.Server.Log.First().Should().Be("GET /api/datasets/owner/name/revision/main");
    }

    [Fact]
    public void All_splits_of_a_configuration_are_loaded_as_a_dictionary()
    {
        AddTwoConfigurations();
        Datasets.LoadDataset("owner/name", Options, name: "one").NumRows
            .Should().Equal(new Dictionary<string, int> { ["train"] = 2, ["test"] = 1 });
        Datasets.LoadDataset("owner/name", Options with { Name = "two" })["train"]["x"].Should().Equal(5L);
        Downloads.Should().NotContain("other.bin");
    }

    [Fact]
    public void Without_a_chosen_configuration_the_error_lists_them()
    {
        AddTwoConfigurations();
        FluentActions.Invoking(() => Datasets.LoadDataset("owner/name", "train", Options)).Should().ThrowExactly<DatasetException>()
            .Which.Message.Should().ContainAll("owner/name", "several configurations", "Configurations: one, two.");
        Downloads.Should().Equal("README.md");
    }

    [Fact]
    public async Task Splits_are_determined_by_the_names_of_files_without_a_card()
    {
        _hub.Server.AddDataset("imdb", ("data/train-00000-of-00001.jsonl", "{\"i\": 1}\n{\"i\": 2}\n"),
            ("data/unsupervised-00000-of-00001.jsonl", "{\"i\": 3}\n"), ("LICENSE.txt", "x"));
        var all = await Datasets.LoadDatasetAsync("imdb", Options);
        all.NumRows.Should().Equal(new Dictionary<string, int> { ["train"] = 2, ["unsupervised"] = 1 });
        (await Datasets.LoadDatasetAsync("imdb", "train[:50%]", Options))["i"].Should().Equal(1L);
        FluentActions.Invoking(() => Datasets.LoadDataset("imdb", "test", Options))
            .Should().ThrowExactly<DatasetException>().WithMessage("*no split 'test'. Splits: train, unsupervised*");
    }

    [Fact]
    public void Patterns_select_files_of_the_repository()
    {
        AddTwoConfigurations();
        Datasets.LoadDataset("owner/name", ["one/t*.csv"], Options)["train"]["text"].Should().Equal("c", "a", "b");
        var splits = Datasets.LoadDataset("owner/name",
            new Dictionary<string, string> { ["x"] = "one/test.csv", ["y"] = "**/train-?.csv" }, Options);
        splits["y"]["text"].Should().Equal("a", "b");
        Downloads.Should().NotContain("two.csv");
        FluentActions.Invoking(() => Datasets.LoadDataset("owner/name", ["none.csv"], Options))
            .Should().ThrowExactly<DatasetException>().WithMessage("*'none.csv'*");
    }

    [Fact]
    public void A_revision_is_a_branch_tag_or_commit_and_a_cached_commit_needs_no_request()
    {
        var repository = _hub.Server.AddDataset("imdb", ("a.csv", "i\n1\n"));
        repository.Branches["v2"] = new ServerRepository { Commit = new string('b', 40), Files = { ["a.csv"] = "i\n2\n"u8.ToArray() } };
        Datasets.LoadDataset("imdb", "train", Options)["i"].Should().Equal(1L);
        Datasets.LoadDataset("imdb", "train", Options with { Revision = "v2" })["i"].Should().Equal(2L);
        _hub.Server.Requests.Clear();
        Datasets.LoadDataset("imdb", "train", Options with { Revision = new string('b', 40) })["i"].Should().Equal(2L);
        _hub.Server.Requests.Should().BeEmpty();
        FluentActions.Invoking(() => Datasets.LoadDataset("imdb", Options with { Revision = "v3" }))
            .Should().ThrowExactly<HubException>().Which.Reason.Should().Be(HubError.RevisionNotFound);
    }

    [Fact]
    public void A_loading_script_is_not_run_and_the_converted_files_are_read()
    {
        var repository = _hub.Server.AddDataset("owner/old", ("old.py", "raise"), ("data.zip", "PK"), ("README.md", "# Old"));
        FluentActions.Invoking(() => Datasets.LoadDataset("owner/old", Options)).Should().ThrowExactly<DatasetException>()
            .Which.Message.Should().ContainAll("'old.py'", "never run", "refs/convert/parquet", "no such branch");

        var parquet = File.ReadAllBytes(ParquetFiles.Write(Path.Combine(_folder.Path, "x.parquet"),
            [("i", new Apache.Arrow.Int64Array.Builder().Append(7).Build())]));
        var converted = repository.Branches["refs/convert/parquet"] = new ServerRepository { Commit = new string('c', 40) };
        converted.Files["plain/train-part0/0000.parquet"] = converted.Files["plain/train-part1/0000.parquet"] = parquet;
        converted.Files["plain/partial-test/0000.parquet"] = parquet;
        Datasets.LoadDataset("owner/old", "train", Options)["i"].Should().Equal(7L, 7L);
        Downloads.Should().NotContain("plain/partial-test/0000.parquet").And.NotContain("old.py").And.NotContain("data.zip");
        FluentActions.Invoking(() => Datasets.LoadDataset("owner/old", "test", Options)).Should().ThrowExactly<DatasetException>()
            .Which.Message.Should().ContainAll("only a part of the split 'test'", "plain/partial-test/*.parquet");
        Datasets.LoadDataset("owner/old", ["plain/partial-test/*.parquet"], Options with { Revision = "refs/convert/parquet" })
            ["train"]["i"].Should().Equal(7L);

        converted.Files["other/train/0000.parquet"] = parquet;
        converted.Commit = new string('d', 40);
        FluentActions.Invoking(() => Datasets.LoadDataset("owner/old", "train", Options))
            .Should().ThrowExactly<DatasetException>().WithMessage("*Configurations: other, plain.*");
        FluentActions.Invoking(() => Datasets.LoadDataset("owner/old", Options with { Revision = repository.Commit }))
            .Should().ThrowExactly<DatasetException>().WithMessage("*only for the branch main*");
    }

    [Fact]
    public void A_split_that_was_converted_in_whole_and_in_part_is_an_error()
    {
        var converted = _hub.Server.AddDataset("owner/old", ("old.py", "raise")).Branches["refs/convert/parquet"] =
            new ServerRepository { Commit = new string('c', 40) };
        converted.Files["plain/train/0000.parquet"] = converted.Files["plain/partial-train/0000.parquet"] = [1];
        FluentActions.Invoking(() => Datasets.LoadDataset("owner/old", Options)).Should().ThrowExactly<DatasetException>()
            .Which.Message.Should().ContainAll("'train'", "'plain' twice");
    }

    [Theory]
    [InlineData("""[{"type": "file", "path": "train.csv", "oid": 1, "oid": 2}]""", null)]
    [InlineData("""[{"type": "file", "path": "train.csv", "size": NaN, "lfs": {"oid": "\ud800"}}]""", null)]
    [InlineData("""[{"type": "file", "path": "\ud800.csv"}]""", "unpaired surrogate")]
    [InlineData("""[{"type": "file", "path": null}]""", "list of files")]
    [InlineData("""[null]""", "list of files")]
    public void A_list_of_files_in_another_form_is_read_or_refused(string list, string? refusal)
    {
        _hub.Server.AddDataset("owner/name", ("train.csv", "x\n1\n"));
        _hub.Server.Change = (request, response) => request.Path.Contains("/tree/", StringComparison.Ordinal)
            ? new ServerResponse(200) { Body = System.Text.Encoding.UTF8.GetBytes(list) } : response;
        var load = FluentActions.Invoking(() => Datasets.LoadDataset("owner/name", Options));
        if (refusal is null) load().Keys.Should().Equal("train");
        else load.Should().ThrowExactly<HubException>().Which.Message.Should().Contain(refusal);
    }

    [Fact]
    public void Without_the_Hub_cached_splits_are_read_and_missing_ones_are_errors()
    {
        AddTwoConfigurations();
        Datasets.LoadDataset("owner/name", "train", Options, name: "one");
        _hub.Options = _hub.Options with { Offline = true };
        _hub.Server.Requests.Clear();
        Datasets.LoadDataset("owner/name", "train", Options, name: "one").Count.Should().Be(2);
        FluentActions.Invoking(() => Datasets.LoadDataset("owner/name", Options, name: "one")).Should().ThrowExactly<HubException>()
            .Which.Message.Should().ContainAll("one/test.csv", "HF_HUB_OFFLINE");
        _hub.Server.Requests.Should().BeEmpty();
    }

    [Fact]
    public void A_cache_without_a_list_of_files_is_read_with_a_warning()
    {
        var repository = _hub.Server.AddDataset("imdb", ("train.csv", "i\n1\n"));
        Datasets.LoadDataset("imdb", Options);
        File.Delete(Path.Combine(_hub.CacheFolder, $"datasets--imdb/trees/{repository.Commit}.json"));
        var log = new LogLines();
        _hub.Options = _hub.Options with { Offline = true, Logger = log };
        Datasets.LoadDataset("imdb", "train", Options)["i"].Should().Equal(1L);
        log.Lines.Should().ContainSingle().Which.Should().Contain("only the cached files are known");
    }

    [Fact]
    public void An_archive_in_a_repository_is_read()
    {
        using var bytes = new MemoryStream();
        using (var archive = new System.IO.Compression.ZipArchive(bytes, System.IO.Compression.ZipArchiveMode.Create))
        using (var writer = new StreamWriter(archive.CreateEntry("inner/rows.csv").Open()))
            writer.Write("i\n4\n");
        _hub.Server.Add("datasets/zipped", ("train.zip", bytes.ToArray()));
        Datasets.LoadDataset("zipped", "train", Options)["i"].Should().Equal(4L);
    }

    [Fact]
    public void The_list_of_a_large_repository_is_read_page_by_page()
    {
        _hub.Server.PageSize = 3;
        _hub.Server.AddDataset("many", [.. Enumerable.Range(0, 10).Select(i => ($"p/part-{i}.csv", $"i\n{i}\n"))]);
        Datasets.LoadDataset("many", "train", Options)["i"].Should().Equal(Enumerable.Range(0, 10).Select(i => (object?)(long)i));
        _hub.Server.Log.Count(line => line.Contains("/tree/", StringComparison.Ordinal)).Should().Be(4);
    }

    [Fact]
    public void The_token_is_not_sent_to_another_host_that_a_page_of_the_list_names()
    {
        _hub.Server.AddDataset("imdb", ("a.csv", "i\n1\n"));
        _hub.Server.Change = (request, response) => request.Path.Contains("/tree/", StringComparison.Ordinal)
            ? response with { Headers = [.. response.Headers, ("Link", $"<{_hub.Server.Storage}/api/x>; rel=\"next\"")] } : null;
        _hub.Options = _hub.Options with { Token = "secret" };
        FluentActions.Invoking(() => Datasets.LoadDataset("imdb", Options))
            .Should().ThrowExactly<HubException>().Which.Message.Should().Contain("address of the next page");
        _hub.Server.Requests.Should().OnlyContain(request => request.Host.StartsWith("127.0.0.1", StringComparison.Ordinal));
    }

    [Fact]
    public void A_file_name_that_leaves_the_cache_is_refused()
    {
        _hub.Server.AddDataset("bad", ("../../train.csv", "i\n1\n"));
        FluentActions.Invoking(() => Datasets.LoadDataset("bad", ["../../train.csv"], Options)).Should().Throw<PeftSharpException>();
        _hub.Server.AddDataset("bad2", ("a/../train.csv", "i\n1\n"), ("test.csv", "i\n1\n"));
        FluentActions.Invoking(() => Datasets.LoadDataset("bad2", Options)).Should().ThrowExactly<HubException>()
            .Which.Message.Should().Contain("not allowed");
        Directory.EnumerateFiles(_hub.CacheFolder, "train.csv", SearchOption.AllDirectories).Should().BeEmpty();
    }

    [Fact]
    public void A_name_that_is_neither_a_folder_nor_a_dataset_is_an_error_that_says_both()
    {
        FluentActions.Invoking(() => Datasets.LoadDataset("owner/none", Options)).Should().ThrowExactly<HubException>()
            .Which.Message.Should().ContainAll("no file or folder 'owner/none'", "no such repository", "Dataset repository 'owner/none'");
        FluentActions.Invoking(() => Datasets.LoadDataset("data/none.csv", Options)).Should().ThrowExactly<FileNotFoundException>()
            .Which.Message.Should().ContainAll("no file or folder 'data/none.csv'", "not the name of a dataset");
        FluentActions.Invoking(() => Datasets.LoadDataset("/none/at/all", Options)).Should().ThrowExactly<FileNotFoundException>();
        _hub.Server.Log.Should().OnlyContain(line => line.Contains("owner/none", StringComparison.Ordinal));
        FluentActions.Invoking(() => Datasets.LoadDataset("csv", Options)).Should().ThrowExactly<ArgumentException>();
    }

    [Fact]
    public void A_local_folder_or_file_has_precedence_and_options_without_effect_are_refused()
    {
        _hub.Server.AddDataset("imdb", ("a.csv", "i\n1\n"));
        var file = _folder.Write("imdb/train.csv", "i\n9\n");
        var folder = Path.GetDirectoryName(file)!;
        var current = Environment.CurrentDirectory;
        try
        {
            Environment.CurrentDirectory = _folder.Path;
            Datasets.LoadDataset("imdb", "train", Options)["i"].Should().Equal(9L);
        }
        finally { Environment.CurrentDirectory = current; }
        _hub.Server.Requests.Should().BeEmpty();
        foreach (var (path, options) in new[]
        {
            (folder, Options with { Revision = "main" }), (file, Options with { Name = "x" }), (file, Options with { DataDir = "x" }),
        })
            FluentActions.Invoking(() => Datasets.LoadDataset(path, options)).Should().ThrowExactly<ArgumentException>();
    }
}
