using System.Diagnostics;
using PeftSharp.Hub;
using YamlDotNet.RepresentationModel;

namespace PeftSharp.Tests.Hub;

/// <summary>Model cards: YAML that other programs read, and cards of people that are kept.</summary>
public sealed class ModelCardTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private static ModelCardData Data => new()
    {
        LibraryName = "peft", Language = ["en", "no"], License = "apache-2.0", BaseModel = "google-bert/bert-base-uncased",
        Tags = ["base_model:adapter:google-bert/bert-base-uncased", "yes", "1.0", "a: b", "#x", "- y", "ü", "say \"hi\"", " space "],
        Datasets = ["stanfordnlp/imdb"], Metrics = ["accuracy", "f1"], PipelineTag = "text-classification", ModelName = "my model",
        Results =
        [
            new("text-classification", "stanfordnlp/imdb", "IMDB", "accuracy", 0.9125)
            {
                TaskName = "Text Classification",
                MetricName = "Accuracy",
            },
            new("text-classification", "stanfordnlp/imdb", "IMDB", "f1", 1) { TaskName = "Text Classification", MetricName = "F1" },
        ],
    };

    [Fact]
    public void The_metadata_is_written_as_yaml_that_a_parser_reads_back()
    {
        var yaml = new YamlStream();
        yaml.Load(new StringReader(Data.ToYaml()));
        var root = (YamlMappingNode)yaml.Documents[0].RootNode;

        root.Children.Keys.Select(key => key.ToString()).Should().Equal("library_name", "language", "license", "base_model", "tags",
            "datasets", "metrics", "pipeline_tag", "model-index");
        ((YamlSequenceNode)root["tags"]).Select(tag => ((YamlScalarNode)tag).Value).Should().Equal(Data.Tags);
        ((YamlSequenceNode)root["language"])[1].Should().BeOfType<YamlScalarNode>()
            .Which.Style.Should().NotBe(YamlDotNet.Core.ScalarStyle.Plain);
        var result = root["model-index"][0]["results"][0];
        result["dataset"]["type"].ToString().Should().Be("stanfordnlp/imdb");
        ((YamlSequenceNode)result["metrics"]).Select(metric => $"{metric["type"]} {metric["name"]} {metric["value"]}")
            .Should().Equal("accuracy Accuracy 0.9125", "f1 F1 1.0");
    }

    [Fact]
    public void A_card_of_a_person_is_kept_and_a_generated_one_is_replaced()
    {
        var card = new ModelCard(Data, $"{ModelCard.GeneratedComment}\n\n# Title\n");
        card.Save(_folder.Path).Should().BeTrue();
        ModelCard.IsGenerated(_folder.File("README.md")).Should().BeTrue();
        (card with { Text = $"{ModelCard.GeneratedComment}\n\n# Other\n" }).Save(_folder.Path).Should().BeTrue();
        File.ReadAllText(_folder.File("README.md")).Should().StartWith("---\nlibrary_name: peft\n").And.EndWith("---\n\n"
            + $"{ModelCard.GeneratedComment}\n\n# Other\n");

        File.WriteAllText(_folder.File("README.md"), "# Mine");
        card.Save(_folder.Path).Should().BeFalse();
        File.ReadAllText(_folder.File("README.md")).Should().Be("# Mine");
        card.Save(_folder.Path, overwrite: true).Should().BeTrue();
        File.ReadAllText(_folder.File("README.md")).Should().Contain("# Title");
    }

    [Fact]
    public void A_card_that_cannot_be_read_is_an_IO_error_that_names_it() =>
        FluentActions.Invoking(() => ModelCard.IsGenerated(_folder.Path))                        // a folder: access is denied
            .Should().ThrowExactly<IOException>().WithMessage($"The model card '{_folder.Path}' cannot be read*")
            .WithInnerException<UnauthorizedAccessException>();

    [Fact]
    public void Without_metadata_there_is_no_header() => new ModelCard(new ModelCardData(), "# A").ToString().Should().Be("# A");

    /// <summary>Set PEFTSHARP_PYTHON to a Python with huggingface_hub.</summary>
    [SkippableFact]
    public void Python_reads_the_metadata()
    {
        var python = Environment.GetEnvironmentVariable("PEFTSHARP_PYTHON");
        Skip.If(python is null, "PEFTSHARP_PYTHON is not set.");
        new ModelCard(Data, "# Title").Save(_folder.Path);
        var start = new ProcessStartInfo(python!) { RedirectStandardError = true, RedirectStandardOutput = true };
        start.ArgumentList.Add("-c");
        start.ArgumentList.Add($$"""
            from huggingface_hub import ModelCard, metadata_load
            card = ModelCard.load(r"{{_folder.File("README.md")}}")
            assert card.text.strip() == "# Title", card.text
            assert card.data.language == ["en", "no"] and card.data.license == "apache-2.0"
            assert card.data.tags[1:] == ["yes", "1.0", "a: b", "#x", "- y", "ü", 'say "hi"', " space "], card.data.tags
            results = [(r.metric_type, r.metric_value, r.dataset_name) for r in card.data.eval_results]
            assert results == [("accuracy", 0.9125, "IMDB"), ("f1", 1.0, "IMDB")], results
            assert card.data.model_name == "my model"
            assert metadata_load(r"{{_folder.File("README.md")}}")["base_model"] == "google-bert/bert-base-uncased"
            """);
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEnd();
        process.WaitForExit();
        process.ExitCode.Should().Be(0, errors);
    }
}
