using System.Collections.Concurrent;
using PeftSharp.Data;
using PeftSharp.Hub;
using PeftSharp.Tests.Hub;
using YamlDotNet.RepresentationModel;

namespace PeftSharp.Tests.Data;

/// <summary>Datasets that are uploaded to the Hub: they are loaded as the same datasets, and cards and other splits are kept.</summary>
public sealed class DatasetPushTests : IDisposable
{
    private const string Name = "me/reviews";
    private readonly UploadServer _server = new();
    private readonly TemporaryFolder _folder = new();

    private HubOptions Hub => new()
    {
        Endpoint = _server.Address, Token = UploadServer.Token, Offline = false, CacheFolder = _folder.File("cache"),
        RetryDelay = TimeSpan.Zero,
    };

    private UploadRepository Repository => _server.Repositories[$"datasets/{Name}"];

    public void Dispose()
    {
        _server.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void A_pushed_dataset_is_loaded_by_its_name_with_all_types_and_class_names()
    {
        var dataset = SavedDatasets.AllTypes(50);
        var commit = dataset.PushToHub(Name, isPrivate: true, hub: Hub);
        Repository.IsPrivate.Should().BeTrue();
        Repository.Titles.Should().Equal("Upload dataset");
        Repository.Files.Keys.Should().BeEquivalentTo("README.md", "data/train-00000-of-00001.parquet");
        commit.Files.Should().BeEquivalentTo(Repository.Files.Keys);
        SavedDatasets.ShouldEqual(Load()["train"], dataset);
        var unchanged = dataset.PushToHub(Name, hub: Hub);
        unchanged.Files.Should().BeEmpty("nothing has changed");
        Repository.Titles.Should().HaveCount(1);
    }

    [Fact]
    public void The_card_describes_columns_splits_and_files_as_Python_does()
    {
        var reviews = Reviews(3);
        new DatasetDict { ["train"] = reviews, ["test"] = reviews.Select(..1) }.PushToHub(Name, hub: Hub);
        var sizes = Repository.Files.Where(file => file.Key.EndsWith(".parquet", StringComparison.Ordinal)).Sum(file => file.Value.Length);
        Repository.Text("README.md").Should().Be($"""
            ---
            dataset_info:
              features:
              - name: text
                dtype: string
              - name: label
                dtype:
                  class_label:
                    names:
                      "0": neg
                      "1": "yes"
              - name: tokens
                list: int32
              splits:
              - name: train
                num_bytes: 104
                num_examples: 3
              - name: test
                num_bytes: 40
                num_examples: 1
              download_size: {sizes}
              dataset_size: 144
            configs:
            - config_name: default
              data_files:
              - split: train
                path: "data/train-*"
              - split: test
                path: "data/test-*"
            ---

            """.ReplaceLineEndings("\n"));
        var loaded = Load();
        loaded.Keys.Should().Equal("train", "test");
        loaded["test"].GetClassNames("label").Should().Equal("neg", "yes");
    }

    /// <summary>The expected text is what <c>Features._to_yaml_list</c> of datasets and <c>yaml.dump</c> write for these types.</summary>
    [Fact]
    public void Nested_types_in_the_card_are_those_that_Python_writes()
    {
        var tags = new Sequence(new ClassLabel("O", "1"));
        Dataset.FromList([new Dictionary<string, object?>
        {
            ["tags"] = new long[] { 0, 1 }, ["nested"] = new[] { new[] { 1L } },
            ["struct"] = new Dictionary<string, object?> { ["name"] = "n", ["flags"] = new[] { true } },
            ["messages"] = new[] { new Dictionary<string, object?> { ["role"] = "user" } },
        }]).CastColumn("tags", tags).PushToHub(Name, hub: Hub);
        var card = new YamlStream();
        card.Load(new StringReader(Repository.Text("README.md")));
        var expected = new YamlStream();
        expected.Load(new StringReader("""
            - name: tags
              list:
                class_label:
                  names:
                    '0': O
                    '1': '1'
            - name: nested
              list:
                list: int64
            - name: struct
              struct:
              - name: name
                dtype: string
              - name: flags
                list: bool
            - name: messages
              list:
              - name: role
                dtype: string
            """));
        card.Documents[0].RootNode["dataset_info"]["features"].Should().Be(expected.Documents[0].RootNode);
        Load()["train"].Features["tags"].Should().Be(tags);
    }

    [Fact]
    public async Task A_split_is_added_or_replaced_and_the_others_and_the_card_are_kept()
    {
        var reviews = Reviews(40);
        await reviews.PushToHubAsync(Name, numShards: 3, hub: Hub);
        const string text = "---\n\r\n\r\n# Reviews ü\r\n\r\nWritten by hand.\r\n---\r\nnot metadata: 1\r\n";
        const string others = "license: mit\ntags:\n- 'yes'\n- \"\U0001F600 a: b\"\ntitle: |\n  two\n  lines\n";
        Repository.Files["README.md"] = System.Text.Encoding.UTF8.GetBytes($"---\n{others}{Repository.Text("README.md")[4..^4]}{text}");
        await Reviews(5).PushToHubAsync(Name, "test", hub: Hub);
        Repository.Files.Keys.Should().BeEquivalentTo("README.md", "data/train-00000-of-00003.parquet",
            "data/train-00001-of-00003.parquet", "data/train-00002-of-00003.parquet", "data/test-00000-of-00001.parquet");
        SavedDatasets.ShouldEqual(Load()["train"], reviews);
        SavedDatasets.ShouldEqual(Load()["test"], Reviews(5));

        // Fewer and other files: the older ones are deleted, otherwise their rows would be loaded, too.
        await Reviews(7).PushToHubAsync(Name, hub: Hub);
        Repository.Files.Keys.Should().BeEquivalentTo(
            "README.md", "data/train-00000-of-00001.parquet", "data/test-00000-of-00001.parquet");
        SavedDatasets.ShouldEqual(Load()["train"], Reviews(7));
        var card = Repository.Text("README.md");
        card.Should().EndWith(text).And.StartWith("---\nlicense: mit\n").And.Contain("'yes'").And.Contain("title: |");
        var sizes = Repository.Files.Where(file => file.Key.EndsWith(".parquet", StringComparison.Ordinal)).Sum(file => file.Value.Length);
        card.Should().Contain($"download_size: {sizes}\n").And.Contain("num_examples: 5\n").And.Contain("num_examples: 7\n");
    }

    [Fact]
    public void Configurations_have_their_own_folders_and_keep_each_other()
    {
        var named = Dataset.FromDict(("true", new[] { "x" }), ("1", new[] { 1.5 }));
        Reviews(2).PushToHub(Name, configName: "zh", hub: Hub);
        new DatasetDict { ["train"] = named }.PushToHub(Name, configName: "no #c", hub: Hub);
        Reviews(3).PushToHub(Name, "test", "zh", hub: Hub);
        Reviews(1).PushToHub(Name, hub: Hub);
        Repository.Files.Keys.Should().Contain(["zh/train-00000-of-00001.parquet", "zh/test-00000-of-00001.parquet",
            "data/train-00000-of-00001.parquet"]);
        SavedDatasets.ShouldEqual(Load("zh")["test"], Reviews(3));
        SavedDatasets.ShouldEqual(Load("no #c")["train"], named);
        SavedDatasets.ShouldEqual(Load()["train"], Reviews(1));
        Datasets.LoadDataset(Name, Options(), "zh").Keys.Should().Equal("train", "test");
        // All splits of a configuration are replaced together.
        new DatasetDict { ["dev"] = named }.PushToHub(Name, configName: "zh", hub: Hub);
        Load("zh").Keys.Should().Equal("dev");
        SavedDatasets.ShouldEqual(Load("no #c")["train"], named);
    }

    [Fact]
    public void Splits_that_were_pushed_without_a_card_are_kept()
    {
        Reviews(4).PushToHub(Name, "validation", hub: Hub);
        Repository.Files.Remove("README.md");
        Reviews(2).PushToHub(Name, hub: Hub);
        Load().Keys.Should().BeEquivalentTo("train", "validation");
        Repository.Files.Remove("README.md");
        Reviews(3).PushToHub(Name, configName: "more", hub: Hub);
        Load("default").Keys.Should().BeEquivalentTo("train", "validation");
        SavedDatasets.ShouldEqual(Load("more")["train"], Reviews(3));
    }

    [Fact]
    public void Rows_are_divided_by_size_or_number_and_are_all_uploaded()
    {
        var rows = Enumerable.Range(0, 10_500).ToArray();
        var dataset = Dataset.FromDict(("i", rows), ("text", rows.Select(i => $"{i}").ToArray()));
        var reports = new ConcurrentQueue<MapProgress>();
        var uploads = new ConcurrentQueue<HubUploadProgress>();
        dataset.PushToHub(Name, maxShardSize: "30KB", hub: Hub, progress: new Reports<MapProgress>(reports),
            options: new() { Progress = new Reports<HubUploadProgress>(uploads), CommitMessage = "Numbers" });
        Repository.Files.Keys.Count(file => file.EndsWith("-of-00004.parquet", StringComparison.Ordinal)).Should().Be(4);
        Repository.Titles.Should().Equal("Numbers");
        SavedDatasets.ShouldEqual(Load()["train"], dataset);
        reports.Should().HaveCount(11).And.Contain(new MapProgress(10_500, 10_500));
        uploads.Should().NotBeEmpty();
        new DatasetDict { ["train"] = dataset }.PushToHub(Name, numShards: new Dictionary<string, int> { ["train"] = 4 }, hub: Hub);
        Repository.Files.Should().HaveCount(5);
        SavedDatasets.ShouldEqual(Load()["train"], dataset);
        Dataset.FromDict(("i", Array.Empty<int>()), ("text", Array.Empty<string>())).PushToHub(Name, hub: Hub);
        Load()["train"].Count.Should().Be(0);
    }

    [Fact]
    public void A_commit_in_between_is_kept()
    {
        Reviews(2).PushToHub(Name, hub: Hub);
        var others = 0;
        _server.Fail = line =>
        {
            if (!line.Contains("/commit/", StringComparison.Ordinal) || others++ > 0) return null;
            Repository.Files["README.md"] = [.. "---\nlicense: mit\n"u8, .. Repository.Files["README.md"][4..]];
            Repository.Commit = new string('b', 40);
            return null;
        };
        Reviews(3).PushToHub(Name, "test", hub: Hub);
        Repository.Text("README.md").Should().Contain("license: mit").And.Contain("data/test-*");
        others = 0;
        FluentActions.Invoking(() => Reviews(4).PushToHub(Name, "test", hub: Hub, options: new() { ParentCommit = Repository.Commit }))
            .Should().ThrowExactly<HubException>().Which.Reason.Should().Be(HubError.Conflict);
    }

    [Fact]
    public void Other_columns_and_invalid_names_are_refused_before_anything_is_uploaded()
    {
        Reviews(2).PushToHub(Name, hub: Hub);
        var numbers = Dataset.FromDict(("n", new[] { 1 }));
        var before = Repository.Commit;
        void Refused<TError>(Action push, string message) where TError : Exception =>
            FluentActions.Invoking(push).Should().ThrowExactly<TError>().WithMessage(message);
        Refused<DatasetException>(
            () => numbers.PushToHub(Name, "test", hub: Hub), "*n: Value(int32)*train: text: Value(string)*configName*");
        Refused<DatasetException>(() => new DatasetDict { ["train"] = Reviews(1), ["test"] = numbers }.PushToHub(Name, hub: Hub),
            "*'train'*'test'*different columns*");
        Refused<DatasetException>(() => new DatasetDict().PushToHub(Name, hub: Hub), "*no split*");
        Refused<ArgumentException>(() => numbers.PushToHub(Name, "a-b", hub: Hub), "*'a-b'*split*");
        Refused<ArgumentException>(() => numbers.PushToHub(Name, configName: "data", hub: Hub), "*'data'*configuration*");
        Refused<ArgumentException>(() => numbers.PushToHub(Name, configName: "a/b", hub: Hub), "*'a/b'*configuration*");
        Refused<ArgumentException>(
            () => numbers.PushToHub(Name, hub: Hub, options: new() { PathInRepository = "x" }), "*PathInRepository*");
        Refused<ArgumentException>(() => numbers.PushToHub(Name, maxShardSize: "1MB", numShards: 2, hub: Hub), "*Both*");
        Refused<ArgumentOutOfRangeException>(() => numbers.PushToHub(Name, numShards: 0, hub: Hub), "*numShards*");
        Refused<HubException>(() => numbers.PushToHub("other/data", hub: Hub), "*other/data*");
        Repository.Commit.Should().Be(before);
        Repository.Files["README.md"] = "---\nconfigs: [\n---\n"u8.ToArray();
        Repository.Commit = new string('d', 40);
        Refused<DatasetException>(() => Reviews(2).PushToHub(Name, hub: Hub), "The card (README.md)*malformed*");
        Repository.Commit.Should().Be(new string('d', 40));
        using var cancelled = new CancellationTokenSource();
        cancelled.Cancel();
        Refused<TaskCanceledException>(() => Reviews(2).PushToHub(Name, hub: Hub, cancellationToken: cancelled.Token), "*");
    }

    private static Dataset Reviews(int rows) => Dataset.FromDict(
        ("text", Enumerable.Range(0, rows).Select(i => $"review {i}").ToArray()),
        ("label", Enumerable.Range(0, rows).Select(i => (long)(i % 2)).ToArray()),
        ("tokens", Enumerable.Range(0, rows).Select(i => new[] { i, -i }).ToArray()))
        .CastColumn("label", new ClassLabel("neg", "yes"));

    private DatasetDict Load(string? name = null) => Datasets.LoadDataset(Name, Options(), name);

    private DatasetLoadOptions Options() => new() { Hub = Hub };

    private sealed class Reports<T>(ConcurrentQueue<T> all) : IProgress<T>
    {
        public void Report(T value) => all.Enqueue(value);
    }
}
