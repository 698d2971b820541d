using System.Text.Json;
using Apache.Arrow;
using Apache.Arrow.Ipc;
using PeftSharp.Data;

namespace PeftSharp.Tests.Data;

/// <summary>Saving a dataset to a folder and loading it, in the layout of Python's datasets.</summary>
public sealed class SaveToDiskTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        _folder.Dispose();
    }

    [Theory]
    [InlineData(false), InlineData(true)]
    public void All_types_are_loaded_as_they_were_saved(bool keepInMemory)
    {
        var dataset = SavedDatasets.AllTypes();
        dataset.SaveToDisk(_folder.File("saved"));
        SavedDatasets.ShouldEqual(Dataset.LoadFromDisk(_folder.File("saved"), keepInMemory), dataset);
    }

    [Fact]
    public void A_selection_a_shuffle_and_a_concatenation_are_saved_in_their_order()
    {
        var all = SavedDatasets.AllTypes(50);
        var changed = Datasets.ConcatenateDatasets(all.Shuffle(seed: 3).Select(..30), all.Select(5..20));
        changed.SaveToDisk(_folder.File("saved"), numShards: 4);
        var loaded = Dataset.LoadFromDisk(_folder.File("saved"));
        SavedDatasets.ShouldEqual(loaded, changed);
        // From mapped files to mapped files, in another order.
        loaded.Shuffle(seed: 1).SaveToDisk(_folder.File("again"));
        SavedDatasets.ShouldEqual(Dataset.LoadFromDisk(_folder.File("again")), changed.Shuffle(seed: 1));
    }

    [Fact]
    public void The_files_are_those_of_Python()
    {
        var dataset = Dataset.FromDict(("text", new[] { "a", "ü" }), ("label", new[] { 0L, 1L }), ("ids", new int[][] { [1, 2], [] }),
                ("messages", new[] { new[] { new Dictionary<string, object?> { ["role"] = "user" } }, [] }))
            .CastColumn("label", new ClassLabel("neg", "pos"));
        dataset.WithFormat("torch", ["ids", "label"]).SaveToDisk(_folder.File("saved"));
        new DirectoryInfo(_folder.File("saved")).GetFiles().Select(file => file.Name).Order(StringComparer.Ordinal)
            .Should().Equal("data-00000-of-00001.arrow", "dataset_info.json", "state.json");
        const string Features = """{"text": {"dtype": "string", "_type": "Value"}, """
            + """ "label": {"names": ["neg", "pos"], "_type": "ClassLabel"}, """
            + """ "ids": {"feature": {"dtype": "int32", "_type": "Value"}, "_type": "List"}, """
            + """ "messages": {"feature": {"role": {"dtype": "string", "_type": "Value"}}, "_type": "List"}}""";
        File.ReadAllText(_folder.File("saved/dataset_info.json")).Should().Be("""
            {
              "citation": "",
              "description": "",
              "features": {
                "text": {
                  "dtype": "string",
                  "_type": "Value"
                },
                "label": {
                  "names": [
                    "neg",
                    "pos"
                  ],
                  "_type": "ClassLabel"
                },
                "ids": {
                  "feature": {
                    "dtype": "int32",
                    "_type": "Value"
                  },
                  "_type": "List"
                },
                "messages": {
                  "feature": {
                    "role": {
                      "dtype": "string",
                      "_type": "Value"
                    }
                  },
                  "_type": "List"
                }
              },
              "homepage": "",
              "license": ""
            }
            """);
        using var state = JsonDocument.Parse(File.ReadAllText(_folder.File("saved/state.json")));
        var fingerprint = state.RootElement.GetProperty("_fingerprint").GetString()!;
        fingerprint.Should().MatchRegex("^[0-9a-f]{16}$");
        File.ReadAllText(_folder.File("saved/state.json")).Replace(fingerprint, "0123456789abcdef", StringComparison.Ordinal)
            .Should().Be("""
            {
              "_data_files": [
                {
                  "filename": "data-00000-of-00001.arrow"
                }
              ],
              "_fingerprint": "0123456789abcdef",
              "_format_columns": [
                "ids",
                "label"
              ],
              "_format_kwargs": {},
              "_format_type": "torch",
              "_output_all_columns": false,
              "_split": null
            }
            """);
        using var reader = new ArrowStreamReader(File.OpenRead(_folder.File("saved/data-00000-of-00001.arrow")));
        reader.Schema.Metadata["huggingface"]
            .Should().Be($$$"""{"info": {"features": {{{Features.Replace("  ", " ", StringComparison.Ordinal)}}}}}""");
        reader.Schema.FieldsList.Select(field => $"{field.Name}: {field.DataType.Name}").Should()
            .Equal("text: utf8", "label: int64", "ids: list", "messages: list");
        ((Apache.Arrow.Types.ListType)reader.Schema.GetFieldByName("ids").DataType).ValueField.Name.Should().Be("item");
        using var batch = reader.ReadNextRecordBatch();
        ((StringArray)batch.Column("text")).GetString(1).Should().Be("ü");
        ((Int64Array)batch.Column("label")).GetValue(1).Should().Be(1);
        ((Int32Array)((ListArray)batch.Column("ids")).GetSlicedValues(0)).Values.ToArray().Should().Equal(1, 2);
        reader.ReadNextRecordBatch().Should().BeNull();
    }

    [Fact]
    public void Types_that_become_wider_while_rows_are_written_are_those_of_all_rows()
    {
        // The first 1,000 rows are null, empty lists, structs with one field and whole microseconds.
        var rows = Enumerable.Range(0, 3_000).Select(i => new Dictionary<string, object?>
        {
            ["text"] = i < 1000 ? null : "late", ["list"] = i < 1000 ? (int[])[] : [i],
            ["time"] = new DateTime(2024, 1, 1, 0, 0, 0, i < 100 ? DateTimeKind.Utc : DateTimeKind.Utc).AddTicks(i < 2000 ? 0 : i),
            ["number"] = i < 2000 ? 1.5m : 123456789012345678901234567.5m, ["padding"] = new string('x', 3000),
        });
        var dataset = Dataset.FromList(rows);
        dataset.SaveToDisk(_folder.File("saved"));
        var loaded = Dataset.LoadFromDisk(_folder.File("saved"));
        SavedDatasets.ShouldEqual(loaded, dataset);
        new DirectoryInfo(_folder.File("saved")).GetFileSystemInfos().Should().HaveCount(3);
    }

    [Fact]
    public void Shards_have_the_requested_number_or_size()
    {
        var dataset = Dataset.FromDict(("text", Enumerable.Range(0, 10_000).Select(i => new string('x', 1000)).ToArray()));
        dataset.SaveToDisk(_folder.File("number"), numShards: 3);
        Names("number").Should().Equal("data-00000-of-00003.arrow", "data-00001-of-00003.arrow", "data-00002-of-00003.arrow");
        dataset.SaveToDisk(_folder.File("size"), maxShardSize: "5MB");
        Names("size").Should().Equal("data-00000-of-00002.arrow", "data-00001-of-00002.arrow");
        Dataset.LoadFromDisk(_folder.File("size"))["text"].GetStrings().Should().Equal(dataset["text"].GetStrings());
        dataset.Invoking(d => d.SaveToDisk(_folder.File("both"), "1MB", 2)).Should().Throw<ArgumentException>().WithMessage("*both*one*");
        dataset.Invoking(d => d.SaveToDisk(_folder.File("zero"), numShards: 0)).Should().Throw<ArgumentOutOfRangeException>();

        IEnumerable<string> Names(string folder) =>
            Directory.GetFiles(_folder.File(folder), "*.arrow").Select(file => Path.GetFileName(file)).Order(StringComparer.Ordinal);
    }

    [Fact]
    public void A_dataset_without_rows_keeps_its_types()
    {
        var dataset = SavedDatasets.AllTypes().Select(..0);
        dataset.SaveToDisk(_folder.File("saved"));
        SavedDatasets.ShouldEqual(Dataset.LoadFromDisk(_folder.File("saved")), dataset);
    }

    [Fact]
    public async Task Splits_are_saved_and_loaded_together()
    {
        var dict = new DatasetDict { ["train"] = SavedDatasets.AllTypes(30), ["test"] = SavedDatasets.AllTypes(5) };
        await dict.SaveToDiskAsync(_folder.File("saved"), numShards: new Dictionary<string, int> { ["train"] = 2 });
        File.ReadAllText(_folder.File("saved/dataset_dict.json")).Should().Be("""{"splits": ["train", "test"]}""");
        File.ReadAllText(_folder.File("saved/test/state.json")).Should().Contain("\"_split\": \"test\"");
        Directory.GetFiles(_folder.File("saved/train"), "*.arrow").Should().HaveCount(2);
        var saved = _folder.File("saved");
        foreach (var loaded in new[] { await DatasetDict.LoadFromDiskAsync(saved), Datasets.LoadFromDisk(saved) })
        {
            loaded.Keys.Should().Equal("train", "test");
            SavedDatasets.ShouldEqual(loaded["train"], dict["train"]);
            SavedDatasets.ShouldEqual(loaded["test"], dict["test"]);
        }
        Datasets.LoadFromDisk(_folder.File("saved/test")).Keys.Should().Equal("test");
    }

    [Fact]
    public void A_failed_save_changes_nothing_and_leaves_no_file()
    {
        var dataset = SavedDatasets.AllTypes();
        dataset.SaveToDisk(_folder.File("saved"));
        var unfit = Dataset.FromDict(("text", new[] { "fine", "half of a pair: \ud83d" }));
        unfit.Invoking(d => d.SaveToDisk(_folder.File("saved"))).Should().Throw<DatasetException>().WithMessage("*'text'*surrogate*");
        using var cancelled = new CancellationTokenSource();
        cancelled.Cancel();
        dataset.Invoking(d => d.SaveToDisk(_folder.File("saved"), cancellationToken: cancelled.Token))
            .Should().Throw<OperationCanceledException>();
        SavedDatasets.ShouldEqual(Dataset.LoadFromDisk(_folder.File("saved")), dataset);
        _folder.Names.Should().Equal("saved");
    }

    [Fact]
    public void Only_a_saved_dataset_is_replaced_and_not_by_one_that_is_read_from_it()
    {
        SavedDatasets.AllTypes(5).SaveToDisk(_folder.File("saved"));
        var second = SavedDatasets.AllTypes(7);
        second.SaveToDisk(_folder.File("saved"));
        var loaded = Dataset.LoadFromDisk(_folder.File("saved"));
        SavedDatasets.ShouldEqual(loaded, second);
        loaded.Invoking(d => d.Select(..2).SaveToDisk(_folder.File("saved"))).Should().Throw<DatasetException>().WithMessage("*read from*");
        Dataset.LoadFromDisk(_folder.File("saved"), keepInMemory: true).Select(..2).SaveToDisk(_folder.File("saved"));
        Dataset.LoadFromDisk(_folder.File("saved")).Count.Should().Be(2);
        File.WriteAllText(_folder.File("saved/notes.txt"), "mine");
        second.Invoking(d => d.SaveToDisk(_folder.File("saved"))).Should().Throw<DatasetException>().WithMessage("*'notes.txt'*");
        second.Invoking(d => d.SaveToDisk(_folder.Path)).Should().Throw<DatasetException>().WithMessage("*'saved'*");
    }

    [Fact]
    public void Folders_that_are_not_a_saved_dataset_are_errors_that_say_what_to_call()
    {
        SavedDatasets.AllTypes(5).SaveToDisk(_folder.File("one"));
        new DatasetDict { ["train"] = SavedDatasets.AllTypes(5) }.SaveToDisk(_folder.File("dict"));
        FluentActions.Invoking(() => Dataset.LoadFromDisk(_folder.File("missing"))).Should().Throw<FileNotFoundException>();
        FluentActions.Invoking(() => Dataset.LoadFromDisk(_folder.File("dict")))
            .Should().Throw<DatasetException>().WithMessage("*DatasetDict*");
        FluentActions.Invoking(() => DatasetDict.LoadFromDisk(_folder.File("one"))).Should().Throw<DatasetException>()
            .WithMessage("*Dataset.LoadFromDisk*");
        FluentActions.Invoking(() => Datasets.LoadFromDisk(_folder.Path)).Should().Throw<DatasetException>().WithMessage("*LoadDataset*");
        FluentActions.Invoking(() => Datasets.LoadDataset(_folder.File("one")))
            .Should().Throw<DatasetException>().WithMessage("*LoadFromDisk*");
        File.Delete(_folder.File("one/dataset_info.json"));
        FluentActions.Invoking(() => Dataset.LoadFromDisk(_folder.File("one"))).Should().Throw<DatasetException>()
            .WithMessage("*dataset_info.json is missing*");
    }

    [Theory]
    [InlineData("""{"_data_files": [{"filename": "../../secret.arrow"}]}""", "*'../../secret.arrow' is not in the folder*")]
    [InlineData("""{"_data_files": [{"filename": "other.arrow"}]}""", "*other.arrow' is missing*")]
    [InlineData("""{"_data_files": [{"file": "x"}]}""", "*has no 'filename'*")]
    [InlineData("""{"_data_files": [], "_indices_data_files": [{"filename": "indices.arrow"}]}""", "*_indices_data_files*")]
    [InlineData("""{"_data_files": {}}""", "*no list '_data_files'*")]
    [InlineData("[]", "*not a JSON object*"), InlineData("{", "*cannot be read*")]
    public void A_malformed_state_is_an_error_that_names_the_file(string state, string message)
    {
        SavedDatasets.AllTypes(5).SaveToDisk(_folder.File("saved"));
        File.WriteAllText(_folder.File("saved/state.json"), state);
        FluentActions.Invoking(() => Dataset.LoadFromDisk(_folder.File("saved"))).Should().Throw<DatasetException>().WithMessage(message);
    }
}
