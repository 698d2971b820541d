using PeftSharp.Hub;
using PeftSharp.Modeling;
using PeftSharp.Models;
using PeftSharp.Tests.Hub;
using PeftSharp.Tests.Tuners;
using PeftSharp.Training;
using PeftSharp.Tuners;

namespace PeftSharp.Tests.Training;

/// <summary>Model cards of runs, and uploads of models.</summary>
public sealed class PublishingTests : IDisposable
{
    private const string Name = "me/tiny";
    private readonly TemporaryFolder _folder = new();
    private readonly TemporaryFolder _cache = new();
    private readonly UploadServer _server = new();

    private HubOptions Hub => new()
    {
        Endpoint = _server.Address, Token = UploadServer.Token, Offline = false, RetryDelay = TimeSpan.Zero, MaxRetries = 1,
        Timeout = TimeSpan.FromSeconds(30), CacheFolder = _cache.Path,
    };

    private TrainingArguments Arguments => TinyRun.Arguments(_folder) with { HubModelId = Name, Hub = Hub };

    public void Dispose()
    {
        _server.Dispose();
        _folder.Dispose();
        _cache.Dispose();
    }

    [Fact]
    public void The_card_of_a_run_has_its_metadata_hyperparameters_and_evaluations()
    {
        var trainer = TinyRun.Trainer(Arguments with { EvalStrategy = IntervalStrategy.Epoch, GradientAccumulationSteps = 2 },
            evaluation: TinyRun.Rows(4),
            computeMetrics: _ => new Dictionary<string, double> { ["accuracy"] = 0.75, ["mean_error"] = 1.0 / 3 });
        trainer.Train();

        var card = trainer.CreateModelCard(new ModelCardOptions
        {
            License = "mit", Language = ["en"], Tags = ["film"], DatasetTags = ["owner/films"], Datasets = ["Films"],
            FinetunedFrom = "google-bert/bert-base-uncased",
        });

        var text = File.ReadAllText(_folder.File("README.md"));
        text.Should().Be(card.ToString());
        card.Data.Should().BeEquivalentTo(new
        {
            LibraryName = "transformers",
            License = "mit",
            BaseModel = "google-bert/bert-base-uncased",
            ModelName = "tiny",
            Tags = new[] { "film", "generated_from_trainer" },
            Metrics = new[] { "accuracy" },
            Datasets = new[] { "owner/films" },
        });
        card.Data.Results.Should().Equal(new ModelCardResult("text-classification", "owner/films", "Films", "accuracy", 0.75)
        {
            TaskName = "Text Classification", MetricName = "Accuracy",
        });
        text.Should().ContainAll("# tiny\n", "fine-tuned version of [google-bert/bert-base-uncased]", "the Films dataset.",
            "- Accuracy: 0.75\n- Mean Error: 0.3333\n", "- learning_rate: 0.01\n", "- total_train_batch_size: 4\n", "- num_epochs: 2.0\n",
            "| Training Loss | Epoch | Step | Validation Loss | Accuracy | Mean Error |\n|:", "- PeftSharp 0.");
        text.Split('\n').Count(line => line.StartsWith("| ", StringComparison.Ordinal)).Should().Be(3, "a header and two evaluations");
    }

    [Fact]
    public void An_edited_card_is_kept_with_a_warning()
    {
        var warnings = new List<string>();
        var trainer = TinyRun.Trainer(Arguments, callbacks: new Warnings(warnings));
        trainer.CreateModelCard();
        File.WriteAllText(_folder.File("README.md"), "# Mine");
        trainer.CreateModelCard();
        File.ReadAllText(_folder.File("README.md")).Should().Be("# Mine");
        warnings.Should().ContainSingle().Which.Should().Contain("Overwrite");
        trainer.CreateModelCard(new ModelCardOptions { Overwrite = true });
        File.ReadAllText(_folder.File("README.md")).Should().Contain("# tiny");
    }

    [Theory]
    [InlineData(HubStrategy.End)]
    [InlineData(HubStrategy.EverySave)]
    [InlineData(HubStrategy.Checkpoint)]
    [InlineData(HubStrategy.AllCheckpoints)]
    public void A_run_uploads_its_model_as_the_strategy_says(HubStrategy strategy)
    {
        var trainer = TinyRun.Trainer(Arguments with
        {
            PushToHub = true,
            HubStrategy = strategy,
            HubPrivateRepo = true,
            SaveStrategy = SaveStrategy.Epoch,
        });
        trainer.Train();

        var repository = _server.Repositories[Name];
        repository.IsPrivate.Should().BeTrue();
        repository.Titles[^1].Should().Be("End of training");
        repository.Titles.Count(title => title.StartsWith("Training in progress, step", StringComparison.Ordinal))
            .Should().BeGreaterThanOrEqualTo(strategy == HubStrategy.End ? 0 : 1);
        var files = repository.Files.Keys.ToArray();
        files.Should().Contain(["config.json", "model.safetensors", "README.md", "training_args.json"]);
        files.Where(file => !file.Contains('/')).Should().NotContain(["optimizer.safetensors", "trainer_state.json"]);
        files.Any(file => file == "last-checkpoint/optimizer.safetensors").Should().Be(strategy == HubStrategy.Checkpoint);
        files.Any(file => file == "checkpoint-4/optimizer.safetensors").Should().Be(strategy == HubStrategy.AllCheckpoints);
        repository.Text("training_args.json").Should().NotContain(UploadServer.Token);
        using var loaded = AutoModelForSequenceClassification.FromPretrained(Name, new PretrainedOptions { Hub = Hub });
        TinyRun.AssertSameBits(TinyRun.Bits(trainer.Model), loaded);
    }

    [Fact]
    public void The_position_in_a_stream_is_uploaded_only_with_a_whole_checkpoint()
    {
        var args = Arguments with { PushToHub = true, HubStrategy = HubStrategy.AllCheckpoints, SaveStrategy = SaveStrategy.Epoch };
        using var model = TinyRun.Model(0);
        new Trainer(model, args, TinyRun.Rows(8).ToIterableDataset(), dataCollator: new DataCollatorWithPadding(padTokenId: 0)).Train();
        var files = _server.Repositories[Name].Files.Keys
            .Where(file => file.EndsWith("train_dataset_state.json", StringComparison.Ordinal));
        files.Should().NotBeEmpty().And.OnlyContain(file => file.StartsWith("checkpoint-", StringComparison.Ordinal));
    }

    [Fact]
    public void A_missing_permission_is_reported_before_the_first_step()
    {
        var trainer = TinyRun.Trainer(Arguments with { PushToHub = true, Hub = Hub with { Token = "" } });
        FluentActions.Invoking(() => trainer.Train()).Should().ThrowExactly<HubException>().Which.Reason.Should().Be(HubError.InvalidToken);
        trainer.State.GlobalStep.Should().Be(0);
        FluentActions.Invoking(() => TinyRun.Trainer(Arguments with { PushToHub = true, HubModelId = "a b" }))
            .Should().Throw<ArgumentException>().Which.Message.Should().Contain("HubModelId is 'a b'");
    }

    [Fact]
    public void A_checkpoint_that_cannot_be_uploaded_is_a_warning_and_the_model_is_saved_if_the_last_upload_fails()
    {
        var warnings = new List<string>();
        var trainer = TinyRun.Trainer(
            Arguments with { PushToHub = true, SaveStrategy = SaveStrategy.Epoch }, callbacks: new Warnings(warnings));
        _server.Fail = line => line.Contains("/preupload/") ? 403 : null;

        FluentActions.Invoking(() => trainer.Train())
            .Should().ThrowExactly<HubException>().Which.Message.Should().ContainAll("training is complete", _folder.Path, "PushToHub");

        warnings.Should().Contain(warning => warning.Contains("was not uploaded, but the training is not affected"));
        trainer.State.GlobalStep.Should().Be(8);
        _server.Fail = null;
        trainer.PushToHub("Again").Files.Should().Contain("model.safetensors");
        using var saved = AutoModelForSequenceClassification.FromPretrained(_folder.Path);
        TinyRun.AssertSameBits(TinyRun.Bits(trainer.Model), saved);
    }

    [Fact]
    public void A_generated_card_does_not_replace_that_of_a_person_in_the_repository()
    {
        using var model = TinyModels.Gpt2();
        model.PushToHub(Name, hub: Hub).Files.Should().Contain(["README.md", "model.safetensors", "config.json"]);
        model.PushToHub(Name, hub: Hub).Files.Should().BeEmpty();
        _server.Repositories[Name].Text("README.md").Should().Contain("library_name: transformers").And.Contain("# me/tiny");
        _server.Repositories[Name].Files["README.md"] = "# Mine"u8.ToArray();
        _server.Repositories[Name].Commit = new string('e', 40);

        TinyRun.Trainer(Arguments).PushToHub();

        _server.Repositories[Name].Text("README.md").Should().Be("# Mine");
    }

    [Fact]
    public async Task An_adapter_and_a_tokenizer_are_uploaded_with_their_files()
    {
        using var peft = TinyModels.Gpt2().GetPeftModel(new LoraConfig { R = 2 });
        TinyModels.Disturb(peft);
        await peft.PushToHubAsync(Name, hub: Hub);
        _server.Repositories[Name].Files.Keys.Should().BeEquivalentTo("adapter_config.json", "adapter_model.safetensors", "README.md");
        _server.Repositories[Name].Text("README.md").Should().ContainAll("library_name: peft", "- lora", "# Adapter");
        using var loaded = PeftModel.FromPretrained(TinyModels.Gpt2(), Name, hub: Hub);
        TinyModels.AssertSameBits(TinyModels.Logits(peft), TinyModels.Logits(loaded));

        var tokenizer = AutoTokenizer.FromPretrained(Path.Combine(ReferenceRoot.Repository, "tests/fixtures/tokenizers/tiny-bert"));
        await tokenizer.PushToHubAsync("me/words", hub: Hub);
        _server.Repositories["me/words"].Titles.Should().Equal("Upload tokenizer");
        AutoTokenizer.FromPretrained("me/words", hub: Hub).Encode("hello world").Ids.Should().Equal(tokenizer.Encode("hello world").Ids);
    }

    private sealed class Warnings(List<string> messages) : TrainerCallback
    {
        public override void OnWarning(TrainingArguments args, TrainerState state, TrainerControl control, string message) =>
            messages.Add(message);
    }
}
