using PeftSharp.Data;

namespace PeftSharp.Tests.Data.Sources;

/// <summary>Cards of local folders; the same code reads those of repositories.</summary>
public sealed class DatasetCardTests : IDisposable
{
    private readonly DataFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private void Card(string yaml) => _folder.Write("README.md", $"---\nlicense: mit\n{yaml}\n---\n# Title\n---\nconfigs: 3\n");

    private string Refusal(DatasetLoadOptions? options = null) => FluentActions.Invoking(() => Datasets.LoadDataset(_folder.Path, options))
        .Should().ThrowExactly<DatasetException>().Which.Message;

    [Theory]
    [InlineData("data_files: b.csv", "train: 2")]
    [InlineData("data_files:\n  - a.csv\n  - 'sub/*.csv'", "train: 1 3")]
    [InlineData("data_files:\n  - split: x.y\n    path: b.csv\n  - split: test\n    path:\n    - sub/*.csv\n    - a.csv",
        "x.y: 2; test: 3 1")]
    [InlineData("data_dir: sub", "train: 3")]
    [InlineData("data_dir: ./sub/\n  data_files: '*.csv'", "train: 3")]
    public void A_configuration_names_its_files(string configuration, string expected)
    {
        Card($"configs:\n- config_name: default\n  {configuration}");
        _folder.Write("a.csv", "i\n1\n");
        _folder.Write("b.csv", "i\n2\n");
        _folder.Write("sub/c.csv", "i\n3\n");
        string.Join("; ", Datasets.LoadDataset(_folder.Path)
            .Select(split => $"{split.Key}: {string.Join(' ', split.Value["i"])}")).Should().Be(expected);
    }

    [Fact]
    public void A_configuration_is_chosen_by_name_or_is_the_default()
    {
        _folder.Write("a.csv", "i\n1\n");
        _folder.Write("b.csv", "i\n2\n");
        const string Two = "configs:\n- config_name: one\n  data_files: a.csv\n- config_name: two\n  data_files: b.csv\n";
        Card(Two);
        Datasets.LoadDataset(_folder.Path, name: "two")["train"]["i"].Should().Equal(2L);
        Datasets.LoadDataset(_folder.Path, "train[:1]", name: "one")["i"].Should().Equal(1L);
        Refusal().Should().Contain("several configurations").And.Contain("name: \"one\"").And.EndWith("Configurations: one, two.");
        Refusal(new() { Name = "three" }).Should().Contain("no configuration 'three'. Configurations: one, two");
        Card(Two + "  default: true");
        Datasets.LoadDataset(_folder.Path)["train"]["i"].Should().Equal(2L);
        FluentActions.Invoking(() => Datasets.LoadDataset(_folder.Path, "one")).Should().ThrowExactly<DatasetException>()
            .WithMessage("*no split 'one'*'one' is a configuration. Load it with LoadDataset(*, name: \"one\").");
        File.Delete(Path.Combine(_folder.Path, "README.md"));
        Refusal(new() { Name = "one" }).Should().Contain("Configurations: default");
        FluentActions.Invoking(() => Datasets.LoadDataset(_folder.Path, new DatasetLoadOptions { Name = "one" }, name: "two"))
            .Should().ThrowExactly<ArgumentException>();
    }

    [Fact]
    public void The_files_and_the_folder_of_the_caller_have_precedence_over_the_card()
    {
        Card("configs:\n- config_name: default\n  data_files: a.csv");
        _folder.Write("a.csv", "i\n1\n");
        _folder.Write("sub/test.csv", "i\n3\n");
        _folder.Write("sub/train.csv", "i\n4\n");
        Datasets.LoadDataset(_folder.Path, dataFiles: ["sub/*.csv", "a.csv"])["train"]["i"].Should().Equal(3L, 4L, 1L);
        Datasets.LoadDataset(_folder.Path, new DatasetLoadOptions { DataDir = "sub" }).NumRows
            .Should().Equal(new Dictionary<string, int> { ["train"] = 1, ["test"] = 1 });
        FluentActions.Invoking(() => Datasets.LoadDataset(_folder.Path, dataFiles: ["none*.csv"]))
            .Should().ThrowExactly<FileNotFoundException>();
        Refusal(new() { DataDir = "../x" }).Should().Contain("data_dir");
        Refusal(new() { DataDir = "empty" }).Should().Contain("contains no supported file in its folder 'empty'");
    }

    [Fact]
    public void Types_and_class_names_of_the_card_apply_to_text_formats()
    {
        Card("""
            dataset_info:
              features:
              - name: id
                dtype: string
              - name: label
                dtype:
                  class_label:
                    names:
                      '0': neg
                      '1': pos
              - name: score
                dtype: float32
              - name: picture
                dtype: image
              - name: tags
                sequence:
                  class_label:
                    names: [x, y]
              - name: absent
                dtype: string
            """);
        _folder.Write("train.csv", "id,label,score\n007,1,1\n008,,2\n");
        var csv = Datasets.LoadDataset(_folder.Path)["train"];
        csv["id"].Should().Equal("007", "008");
        csv.Features["label"].Should().Be(new ClassLabel("neg", "pos"));
        csv["label"].Should().Equal(1L, null);
        csv.Features["score"].Should().Be(new Value("float32"));
        File.Delete(Path.Combine(_folder.Path, "train.csv"));
        _folder.Write("train.jsonl", "{\"label\": \"pos\", \"tags\": [0, 1], \"picture\": 5}\n");
        var json = Datasets.LoadDataset(_folder.Path)["train"];
        json["label"].Should().Equal(1L);
        json.Features["tags"].Should().Be(new Sequence(new ClassLabel("x", "y")));
        json.Features["picture"].Should().Be(new Value("int64"));
        var asText = new DatasetLoadOptions { Features = new Dictionary<string, Feature> { ["label"] = new Value("string") } };
        Datasets.LoadDataset(_folder.Path, "train", asText)["label"].Should().Equal("pos");
        _folder.Write("train.jsonl", "{\"label\": \"other\"}\n");
        Refusal().Should().ContainAll("train.jsonl", "'other'", "dataset card", "DatasetLoadOptions.Features");
    }

    [Fact]
    public void Options_of_the_format_are_read_from_the_card()
    {
        Card("configs:\n- config_name: default\n  sep: \"\\t\"\n  names: [a, b]\n  data_files: x.csv");
        _folder.Write("x.csv", "1\t2\n");
        Datasets.LoadDataset(_folder.Path)["train"]["b"].Should().Equal(2L);
        Card("configs:\n- config_name: default\n  skiprows: 3\n  data_files: x.csv");
        Refusal().Should().ContainAll("skiprows", "'3'");
        Card("configs:\n- config_name: default\n  names: [a, a]\n  data_files: x.csv");
        Refusal().Should().ContainAll("'default'", "names", "'a' 2 times");
        Card("configs:\n- config_name: default\n  version: 1.0.0\n  data_files: x.csv");
        Datasets.LoadDataset(_folder.Path, new DatasetLoadOptions { ColumnNames = ["x"], Delimiter = ';' })["train"].Count.Should().Be(1);
    }

    [Theory]
    [InlineData("configs: 5", "must be a list"), InlineData("configs:\n- data_files: x", "config_name")]
    [InlineData("configs:\n- config_name: a\n- config_name: a", "occurs 2 times")]
    [InlineData("configs:\n- config_name: a\n  data_files:\n  - split: a-b\n    path: x", "A split consists of letters")]
    [InlineData("configs:\n- config_name: a\n  data_files:\n  - split: s\n    path: x\n  - split: s\n    path: y", "twice")]
    [InlineData("configs:\n- config_name: a\n  default: true\n- config_name: b\n  default: true", "several default configurations")]
    [InlineData("configs:\n- config_name: a\n  data_files: 'https://x.org/a.csv'", "Only files in the same folder or repository")]
    [InlineData("configs:\n- config_name: a\n  data_files: ../a.csv", "does not exist")]
    [InlineData("configs:\n- config_name: a\n  data_files: none.csv", "'none.csv', which does not exist")]
    [InlineData("configs:\n- config_name: a\n  data_files: 'none*.csv'", "no file matches")]
    [InlineData("configs: [", "malformed"), InlineData("a: 1\na: 2", "malformed")]
    [InlineData("a:\n- b: c\n  {d: e\n  f: \"g\"", "malformed"), InlineData("a:\n  : b\n  c: d", "is not valid YAML")]
    [InlineData("dataset_info:\n  features: 5", "must be a list")]
    [InlineData("dataset_info:\n  features:\n  - name: a\n    dtype:\n      class_label:\n        names:\n          '1': x", "ids 0, 1, 2")]
    public void A_malformed_card_is_an_error_with_its_reason(string yaml, string message)
    {
        _folder.Write("a.csv", "i\n1\n");
        Card(yaml);
        Refusal().Should().Contain(message);
    }

    [Fact]
    public void A_hostile_card_does_not_exhaust_the_process()
    {
        _folder.Write("a.csv", "i\n1\n");
        Card("x: " + new string('[', 100_000));
        Refusal().Should().Contain("nested more than");
        // Aliases that double the number of types with each level.
        var bomb = "dataset_info:\n  features:\n  - name: a0\n    struct: &s0\n    - name: x\n      dtype: string\n";
        for (var i = 1; i < 40; i++)
            bomb += $"  - name: a{i}\n    struct: &s{i}\n    - name: x\n      struct: *s{i - 1}\n    - name: y\n      struct: *s{i - 1}\n";
        Card(bomb);
        Refusal().Should().Contain("too large");
    }

    [Fact]
    public void A_readme_that_is_no_card_is_ignored()
    {
        _folder.Write("README.md", "# Title\n\n---\n: no yaml [\n---\n");
        _folder.Write("a.csv", "i\n1\n");
        Datasets.LoadDataset(_folder.Path)["train"].Count.Should().Be(1);
    }

    [Fact]
    public void The_format_is_that_of_most_files_and_unsupported_files_are_named()
    {
        foreach (var name in new[] { "train-1.csv", "train-2.csv", "train.jsonl" })
            _folder.Write(name, name.EndsWith("csv", StringComparison.Ordinal) ? "i\n1\n" : "{\"i\": 5}\n");
        Datasets.LoadDataset(_folder.Path)["train"].Count.Should().Be(2);
        foreach (var name in new[] { "train.a.png", "train.b.png", "train.c.png" })
            _folder.Write(name, "");
        Refusal().Should().ContainAll("are images", "ImageFolder");
        Datasets.LoadDataset(_folder.Path, new DatasetLoadOptions { Format = "json" })["train"]["i"].Should().Equal(5L);
    }
}
