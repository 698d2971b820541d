using System.Text.Json.Nodes;
using PeftSharp.Modeling;
using PeftSharp.Serialization;
using PeftSharp.Tests.Parity;
using PeftSharp.Training;
using PeftSharp.Training.Checkpoints;

namespace PeftSharp.Tests.Training;

/// <summary>Checkpoints as folders: their files, which of them are kept, and that each is complete.</summary>
public sealed class CheckpointTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [SkippableFact]
    public void A_checkpoint_has_the_files_of_transformers_with_open_formats_for_pickles()
    {
        var recorded = JsonNode.Parse(
            File.ReadAllText(ReferenceRoot.Require("training", "bert-chapter", "checkpoint-files.json")))!.AsObject();
        var folder = RunRecorded();
        string[] expected = [.. recorded.Select(file => file.Key switch
        {
            "optimizer.pt" => "optimizer.safetensors",
            "rng_state.pth" => "rng_state.safetensors",
            "scheduler.pt" => "scheduler.json",
            "training_args.bin" => "training_args.json",
            var same => same,
        })];
        Directory.EnumerateFileSystemEntries(folder).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal)
            .Should().Equal(expected.Order(StringComparer.Ordinal));
        // The same tensors, names and layout.
        Assert.Equal((long)recorded["model.safetensors"]!, new FileInfo(Path.Combine(folder, "model.safetensors")).Length);
    }

    [SkippableFact]
    public void The_state_has_the_fields_types_and_values_of_transformers()
    {
        var recorded = JsonNode.Parse(
            File.ReadAllText(ReferenceRoot.Require("training", "bert-chapter", "trainer_state.json")))!.AsObject();
        var found = JsonNode.Parse(File.ReadAllText(Path.Combine(RunRecorded(), "trainer_state.json")))!.AsObject();
        found.Select(field => field.Key).Should().Equal(recorded.Select(field => field.Key));                                 // both sorted
        Assert.Equal($"{_folder.Path}/checkpoint-24", (string?)found["best_model_checkpoint"]);
        Assert.True(found["stateful_callbacks"]!.AsObject().Remove("RunProgress"));     // an entry of PeftSharp, which transformers ignores
        // output/checkpoint-24 is the folder of the recorded run; PeftSharp decides later whether the run stops
        foreach (var (name, value) in recorded.Where(
            field => field.Key is not ("best_model_checkpoint" or "log_history" or "stateful_callbacks" or "best_metric")))
            Assert.Equal(value?.ToJsonString(), found[name]?.ToJsonString());
        var (expectedLines, lines) = (recorded["log_history"]!.AsArray(), found["log_history"]!.AsArray());
        lines.Select(line => string.Join(", ", line!.AsObject().Select(pair => pair.Key)))
            .Should().Equal(expectedLines.Select(line => string.Join(", ", line!.AsObject().Select(pair => pair.Key))));
        // An integer is written as an integer.
        foreach (var line in lines)
            Assert.Equal(((int)line!["step"]!).ToString(System.Globalization.CultureInfo.InvariantCulture), line["step"]!.ToJsonString());
    }

    [Theory]
    [InlineData("global_step", "-2", "'global_step' is -2; an integer that is not negative is expected")]
    [InlineData("max_steps", "-3", "'max_steps' is -3")]
    [InlineData("best_global_step", "-1", "'best_global_step' is -1")]
    [InlineData("stateful_callbacks.RunProgress.attributes.epoch", "-1", "'attributes.epoch' is -1")]
    [InlineData("stateful_callbacks.RunProgress.attributes.updates_in_epoch", "-1", "'attributes.updates_in_epoch' is -1")]
    [InlineData("stateful_callbacks.RunProgress.attributes.updates_in_epoch", "99", "not greater than the number of steps per epoch (4)")]
    [InlineData("stateful_callbacks.RunProgress.attributes.last_logged_step", "3", "not greater than 'global_step' (2)")]
    public void A_state_with_impossible_numbers_is_refused_before_a_step(string field, string value, string message)
    {
        var args = TinyRun.Arguments(_folder) with { MaxSteps = 2, SaveStrategy = SaveStrategy.Steps, SaveSteps = 2 };
        TinyRun.Trainer(args).Train();
        var file = _folder.File("checkpoint-2/trainer_state.json");
        var state = JsonNode.Parse(File.ReadAllText(file))!;
        var path = field.Split('.');
        path[..^1].Aggregate(state, (node, name) => node[name]!)[path[^1]] = JsonNode.Parse(value);
        File.WriteAllText(file, state.ToJsonString());

        TinyRun.Trainer(args with { MaxSteps = 4 }).Invoking(it => it.Train(_folder.File("checkpoint-2")))
            .Should().ThrowExactly<CheckpointException>().WithMessage($"*{message}*");
    }

    [Fact]
    public void The_newest_and_the_best_checkpoint_are_kept_and_the_model_ends_with_the_best()
    {
        // The metric is greatest at the second of six evaluations.
        var scores = new Queue<double>([0.1, 0.9, 0.2, 0.3, 0.4, 0.5]);
        var args = TinyRun.Arguments(_folder) with
        {
            NumTrainEpochs = 6,
            EvalStrategy = IntervalStrategy.Epoch,
            SaveStrategy = SaveStrategy.Epoch,
            SaveTotalLimit = 1,
            LoadBestModelAtEnd = true,
            MetricForBestModel = "score",
        };
        Dictionary<string, TorchSharp.torch.Tensor>? best = null;
        PretrainedModel? model = null;
        var trainer = TinyRun.Trainer(args, evaluation: TinyRun.Rows(4), computeMetrics: _ =>
        {
            if (scores.Peek() == 0.9) best = TinyRun.Bits(model!);
            return new Dictionary<string, double> { ["score"] = scores.Dequeue() };
        });
        model = trainer.Model;
        trainer.Train();
        Names().Should().Equal("checkpoint-24", "checkpoint-8");
        Assert.Equal((0.9, 8, Path.Combine(_folder.Path, "checkpoint-8")),
            (trainer.State.BestMetric, trainer.State.BestGlobalStep, trainer.State.BestModelCheckpoint));
        TinyRun.AssertSameBits(best!, model);
        using var loaded = PeftSharp.Models.AutoModelForSequenceClassification.FromPretrained(Path.Combine(_folder.Path, "checkpoint-8"));
        TinyRun.AssertSameBits(best!, loaded);
    }

    [Theory]
    [InlineData(null, new[] { "checkpoint-10", "checkpoint-2", "checkpoint-4", "checkpoint-6", "checkpoint-8" })]
    [InlineData(3, new[] { "checkpoint-10", "checkpoint-6", "checkpoint-8" })]       // by number, not by name
    [InlineData(1, new[] { "checkpoint-10" })]
    public void SaveTotalLimit_checkpoints_are_kept(int? limit, string[] kept)
    {
        var args =
            TinyRun.Arguments(_folder) with { MaxSteps = 10, SaveStrategy = SaveStrategy.Steps, SaveSteps = 2, SaveTotalLimit = limit };
        TinyRun.Trainer(args).Train();
        Names().Should().Equal(kept);
    }

    [Fact]
    public void SaveStrategy_Best_saves_a_checkpoint_when_the_metric_improves()
    {
        var scores = new Queue<double>([0.5, 0.4, 0.6, 0.6]);
        var args = TinyRun.Arguments(_folder) with
        {
            MaxSteps = 4,
            EvalStrategy = IntervalStrategy.Steps,
            EvalSteps = 1,
            SaveStrategy = SaveStrategy.Best,
            MetricForBestModel = "score",
        };
        TinyRun.Trainer(args, evaluation: TinyRun.Rows(4),
            computeMetrics: _ => new Dictionary<string, double> { ["score"] = scores.Dequeue() }).Train();
        Names().Should().Equal("checkpoint-1", "checkpoint-3");
    }

    [Fact]
    public void An_earlier_checkpoint_with_a_higher_number_does_not_make_a_new_run_delete_its_own()
    {
        Directory.CreateDirectory(_folder.File("checkpoint-500"));
        var args = TinyRun.Arguments(_folder) with { MaxSteps = 2, SaveStrategy = SaveStrategy.Steps, SaveSteps = 1, SaveTotalLimit = 1 };
        TinyRun.Trainer(args).Train();
        Names().Should().Equal("checkpoint-2", "checkpoint-500");          // a run deletes no checkpoint of another run
    }

    [Fact]
    public void An_unfinished_folder_is_no_checkpoint_and_its_files_do_not_get_into_one()
    {
        var half = PeftSharp.Internal.TemporaryEntry.NameFor(_folder.File("checkpoint-2"));
        Directory.CreateDirectory(half);
        File.WriteAllText(Path.Combine(half, "model.safetensors.1.tmp"), "half");
        foreach (var name in new[]
        {
            "checkpoint-3.1.tmp", "checkpoint-1.1.old", "checkpoint-", "checkpoint-x", "checkpoint--1", "checkpoint- 7",
        })
            Directory.CreateDirectory(_folder.File(name));
        CheckpointFolder.All(_folder.Path).Should().BeEmpty();
        var args = TinyRun.Arguments(_folder) with { MaxSteps = 3, SaveStrategy = SaveStrategy.Steps, SaveSteps = 1, SaveTotalLimit = 2 };
        TinyRun.Trainer(args).Train();
        CheckpointFolder.All(_folder.Path).Select(checkpoint => checkpoint.Step).Should().Equal(2, 3);
        Assert.False(File.Exists(Path.Combine(_folder.File("checkpoint-2"), "model.safetensors.1.tmp")));
        Assert.False(Directory.Exists(half));
    }

    [Fact]
    public void A_checkpoint_that_is_written_again_is_replaced_when_the_new_one_is_complete()
    {
        var folder = _folder.File("checkpoint-1");
        CheckpointFolder.Write(folder, beside => File.WriteAllText(Path.Combine(beside, "file"), "old"));
        FluentActions.Invoking(() => CheckpointFolder.Write(folder, beside =>
        {
            File.WriteAllText(Path.Combine(beside, "file"), "new");
            Assert.Equal("old", File.ReadAllText(Path.Combine(folder, "file")));
            throw new IOException("No space left on device");
        })).Should().ThrowExactly<IOException>().Which.Message.Should().ContainAll(folder, "No space left", "unchanged");
        Assert.Equal("old", File.ReadAllText(Path.Combine(folder, "file")));
        Names().Should().Equal("checkpoint-1");
        CheckpointFolder.Write(folder, beside => File.WriteAllText(Path.Combine(beside, "file"), "new"));
        Assert.Equal("new", File.ReadAllText(Path.Combine(folder, "file")));
        Names().Should().Equal("checkpoint-1");
    }

    [Fact]
    public void Arguments_that_are_infinite_or_NaN_are_saved()
    {
        var args = TinyRun.Arguments(_folder) with
        {
            MaxSteps = 1,
            SaveStrategy = SaveStrategy.Steps,
            MaxGradNorm = double.PositiveInfinity,
            NumTrainEpochs = double.NaN,
        };
        TinyRun.Trainer(args).Train();
        var saved = JsonFile.Read(Path.Combine(_folder.File("checkpoint-1"), "training_args.json"));
        Assert.Equal("Infinity", (string?)saved["max_grad_norm"]);
        Assert.Equal("steps", (string?)saved["save_strategy"]);
    }

    private string RunRecorded()
    {
        var recorded = new RecordedRun("bert-chapter");
        using var model = recorded.Model();
        var trainer = new Trainer(model, recorded.Arguments(_folder.Path) with { UseCpu = true }, recorded.Rows("train"),
            recorded.Rows("eval"), new DataCollatorWithPadding(padTokenId: 0), computeMetrics: TrainingParityTests.ComputeMetrics);
        trainer.Train();
        return _folder.File("checkpoint-24");
    }

    private IEnumerable<string> Names() =>
        Directory.EnumerateFileSystemEntries(_folder.Path).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal);
}
