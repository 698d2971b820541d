using PeftSharp.Data;
using PeftSharp.Modeling;
using PeftSharp.Serialization;
using PeftSharp.Tests.Tuners;
using PeftSharp.Training;
using PeftSharp.Tuners;
using TorchSharp;
using static TorchSharp.torch;

namespace PeftSharp.Tests.Training;

/// <summary>
/// The trainer on an adapted model saves, loads and resumes only the adapter, whatever the adapter consists of.
/// </summary>
public sealed class AdapterTrainingTests : IDisposable
{
    private const int Rows = 12, BatchSize = 4, StepsPerEpoch = Rows / BatchSize;
    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly TemporaryFolder _folder = new();

    public void Dispose()
    {
        _folder.Dispose();
        _scope.Dispose();
    }

    public static TheoryData<string, LoraConfig> Adapters => new()
    {
        { "plain", new LoraConfig() },
        { "dora", new LoraConfig { UseDora = true } },
        { "biases", new LoraConfig { Bias = BiasMode.All } },
        { "a module's copy", new LoraConfig { ModulesToSave = ["ln_f"] } },
        { "tokens", new LoraConfig { TrainableTokenIndices = [7, 8] } },
    };

    [Fact]
    public void A_checkpoint_and_a_saved_model_hold_the_adapter_and_not_the_base()
    {
        var trainer = Trainer(Model(new LoraConfig()), "run");
        trainer.Train();
        trainer.SaveModel(_folder.File("saved"));
        foreach (var folder in new[] { Checkpoint("run", 1), Checkpoint("run", 2), _folder.File("saved") })
        {
            var files = Directory.GetFiles(folder).Select(file => Path.GetFileName(file)).ToArray();
            files.Should().Contain(["adapter_model.safetensors", "adapter_config.json"]);
            files.Should().NotContain(["model.safetensors", "config.json"]);
            Safetensors.Load(Path.Combine(folder, "adapter_model.safetensors")).Keys
                .Should().AllSatisfy(key => key.Should().Contain(".lora_"));
        }
    }

    [Theory, MemberData(nameof(Adapters))]
    public void The_best_adapter_is_brought_back_at_the_end(string what, LoraConfig config)
    {
        var model = Model(config);
        var evaluations = 0;
        var trainer = Trainer(model, "run", arguments => arguments with
        {
            EvalStrategy = IntervalStrategy.Epoch,
            LoadBestModelAtEnd = true,
            MetricForBestModel = "score",
            GreaterIsBetter = true,
        }, _ => new Dictionary<string, double> { ["score"] = -evaluations++ });              // each evaluation is worse than the one before
        trainer.Train();
        Assert.Equal(Checkpoint("run", 1), trainer.State.BestModelCheckpoint);

        model.SavePretrained(_folder.File("after"));
        var after = Adapter(_folder.File("after"));
        foreach (var (name, tensor) in Adapter(Checkpoint("run", 1))) TinyModels.AssertSame(tensor, after[name], $"{what}: {name}");
        Adapter(Checkpoint("run", 2)).Should().Contain(pair => !TinyModels.Same(pair.Value, after[pair.Key]));
    }

    [Theory, MemberData(nameof(Adapters))]
    public void A_resumed_run_ends_with_the_bits_of_one_that_was_not_interrupted(string what, LoraConfig config)
    {
        var whole = Model(config);
        Trainer(whole, "run").Train();
        var resumed = Model(config);
        Trainer(resumed, "resumed").Train(resumeFromCheckpoint: Checkpoint("run", 1));
        var expected = TinyModels.Bits(whole);
        foreach (var (name, tensor) in resumed.state_dict()) TinyModels.AssertSame(expected[name], tensor, $"{what}: {name}");
    }

    [Fact]
    public void An_adapter_of_another_name_is_found_again_in_the_folder_of_its_name()
    {
        var whole = Model(new LoraConfig(), "mine");
        Trainer(whole, "run").Train();
        Assert.True(File.Exists(Path.Combine(Checkpoint("run", 1), "mine", "adapter_model.safetensors")));
        var resumed = Model(new LoraConfig(), "mine");
        Trainer(resumed, "resumed").Train(resumeFromCheckpoint: Checkpoint("run", 1));
        var expected = TinyModels.Bits(whole);
        foreach (var (name, tensor) in resumed.state_dict()) TinyModels.AssertSame(expected[name], tensor, name);
    }

    [Fact]
    public void Training_changes_no_bit_of_the_base_model()
    {
        var model = Model(new LoraConfig());
        var before = TinyModels.Bits(model);
        Trainer(model, "run").Train();
        model.state_dict().Where(pair => !TinyModels.Same(before[pair.Key], pair.Value)).Select(pair => pair.Key)
            .Should().Equal(before.Keys.Where(name => name.Contains(".lora_", StringComparison.Ordinal)));
    }

    [Fact]
    public void A_checkpoint_of_another_adapter_is_refused_before_a_step_is_done()
    {
        Trainer(Model(new LoraConfig()), "run").Train();
        FluentActions.Invoking(() => Trainer(Model(new LoraConfig { R = 3 }), "other").Train(resumeFromCheckpoint: Checkpoint("run", 1)))
            .Should().ThrowExactly<CheckpointException>().Which.Message.Should().ContainAll("[2, 16]", "[3, 16]");
    }

    /// <summary>
    /// A small model with an adapter that draws random numbers while it is trained; rank 2 unless the configuration says another.
    /// </summary>
    private static PeftModel<PretrainedModel> Model(LoraConfig config, string adapterName = "default")
    {
        var model = TinyModels.Gpt2();
        manual_seed(3);
        return model.GetPeftModel(config with { R = config.R == 8 ? 2 : config.R, LoraDropout = TestDevice.IsCpu ? 0.2 : 0 }, adapterName);
    }

    private Trainer Trainer(
        PretrainedModel model, string name, Func<TrainingArguments, TrainingArguments>? change = null,
        ComputeMetrics? computeMetrics = null)
    {
        var arguments = new TrainingArguments(_folder.File(name))
        {
            NumTrainEpochs = 2,
            PerDeviceTrainBatchSize = BatchSize,
            PerDeviceEvalBatchSize = BatchSize,
            LearningRate = 0.05,
            SaveStrategy = SaveStrategy.Epoch,
            UseCpu = TestDevice.IsCpu,
        };
        var rows = Dataset.FromDict(("input_ids", Enumerable.Range(0, Rows)
            .Select(row => Enumerable.Range(0, 6).Select(place => 5 + (3 * row + place) % 20).ToArray()).ToArray()))
            .Map(row => new Dictionary<string, object?> { ["labels"] = row.GetInt64s("input_ids").ToArray() });
        return new Trainer(
            model, change?.Invoke(arguments) ?? arguments, rows, rows, new DefaultDataCollator(), computeMetrics: computeMetrics);
    }

    private string Checkpoint(string run, int epoch) => Path.Combine(_folder.File(run), $"checkpoint-{epoch * StepsPerEpoch}");

    private static Dictionary<string, Tensor> Adapter(string folder) => Safetensors.Load(Path.Combine(folder, "adapter_model.safetensors"));
}
