using System.Text.Json.Nodes;
using PeftSharp.Data;
using PeftSharp.Modeling;
using PeftSharp.Models;
using PeftSharp.Models.Bert;
using PeftSharp.Optimization;
using PeftSharp.Serialization;
using PeftSharp.Training;
using static TorchSharp.torch;

namespace PeftSharp.Tests.Training;

/// <summary>Checkpoints of transformers' trainer are resumed, and the run ends as the Python run did.</summary>
public sealed class PythonCheckpointTests : IDisposable
{
    private const double Losses = 1e-4, Norms = 2e-3, Weights = 2e-3;         // as of the recorded runs

    private readonly TemporaryFolder _folder = new();
    private readonly Warnings _warnings = new();

    public static TheoryData<string> Names => PythonRun.Names;

    public void Dispose() => _folder.Dispose();

    [SkippableTheory, MemberData(nameof(Names))]
    public void A_resumed_run_ends_as_the_python_run(string name)
    {
        Skip.IfNot(TestDevice.IsCpu, "The runs were recorded on a CPU.");
        var run = new PythonRun(name);
        var trainer = run.Trainer(run.Arguments(_folder.Path), callbacks: _warnings);
        var output = trainer.Train(run.Folder);
        _warnings.Messages.Where(message => name != PythonRun.Plateau || !message.StartsWith("The best checkpoint")).Should().BeEmpty();
        AssertLog(run.Log, trainer.State.LogHistory);
        var recorded = (double)run.Log[^1]!["train_loss"]!;
        output.TrainingLoss.Should().BeApproximately(recorded, Losses * recorded);
        using var scope = NewDisposeScope();
        var weights = trainer.Model.state_dict();
        // Softmax does not depend on the bias of the keys, so its gradient consists of rounding errors.
        foreach (var (key, value) in Safetensors.Load(run.FinalFile).Where(pair => !pair.Key.EndsWith("key.bias")))
            Close.Equal(value, weights[key], Weights, key);
        trainer.Model.Dispose();
    }

    [SkippableFact]
    public void A_checkpoint_of_the_resumed_run_is_resumed_with_the_same_result()
    {
        Skip.IfNot(TestDevice.IsCpu, "The run was recorded on a CPU.");
        var run = new PythonRun(PythonRun.Dropout);
        var arguments = run.Arguments(_folder.Path) with { SaveStrategy = SaveStrategy.Steps, SaveSteps = 7 };
        var first = run.Trainer(arguments);
        first.Train(run.Folder);
        using var scope = NewDisposeScope();
        var expected = TinyRun.Bits(first.Model);
        var second = run.Trainer(arguments with { AllowPickle = false });
        second.Train(_folder.File("checkpoint-7"));
        TinyRun.AssertSameBits(expected, second.Model);
        second.State.LogHistory.Where(entry => entry.ContainsKey("loss")).Should().BeEquivalentTo(
            first.State.LogHistory.Where(entry => entry.ContainsKey("loss")));
    }

    [Fact]
    public void Pickle_files_are_read_on_request_only()
    {
        var run = new PythonRun(PythonRun.Plain);
        Refused(run, run.Arguments(_folder.Path) with { AllowPickle = false }).Should().Contain("AllowPickle").And.Contain("optimizer.pt");
    }

    [Fact]
    public void A_checkpoint_without_an_optimizer_state_is_refused()
    {
        var run = Copy(PythonRun.Plain);
        File.Delete(Copied("optimizer.pt"));
        Refused(run, run.Arguments(_folder.Path), "copy").Should().Contain("neither optimizer.safetensors nor optimizer.pt");
    }

    [Theory]
    [InlineData("PerDeviceTrainBatchSize was 2 and is 4")]
    [InlineData("was at epoch 0.625 after step 5, but this run would be at epoch 0.25 after this step")]
    [InlineData("the seed of its random number generator was 42, but Seed is 3")]
    [InlineData("was at epoch 0.625 after step 5, but this run would be at epoch 0.5 after this step")]
    [InlineData("inside an epoch. The row order of the epoch is drawn from the default random number generator")]
    public void A_run_with_other_rows_is_refused(string message)
    {
        var run = new PythonRun(PythonRun.Plain);
        var arguments = run.Arguments(_folder.Path);
        var train = run.Rows("train");
        if (message.Contains("BatchSize")) arguments = arguments with { PerDeviceTrainBatchSize = 4 };
        else if (message.Contains("0.25")) train = Datasets.ConcatenateDatasets(train, train, train.Select(..8));
        else if (message.Contains("Seed")) arguments = arguments with { Seed = 3 };
        else if (message.Contains("0.5")) train = Datasets.ConcatenateDatasets(train, run.Rows("eval"));
        else arguments = arguments with { TrainSamplingStrategy = SamplingStrategy.GroupByLength };
        Refused(run, arguments, train: train).Should().Contain(message);
    }

    [Fact]
    public void Another_model_is_refused_with_the_name_of_the_parameter()
    {
        var run = new PythonRun(PythonRun.Plain);
        var model = run.Model();
        foreach (var (name, parameter) in model.named_parameters()) parameter.requires_grad = !name.EndsWith("query.weight");
        Refused(run, run.Arguments(_folder.Path), model: model).Should().Contain("its groups have 11 and 14 parameters")
            .And.Contain("the groups of this AdamW have 10 and 14")
            .And.Contain("exp_avg of parameter 6 of the file has shape [8, 8], but 'bert.encoder.layer.0.intermediate.dense.weight' needs");
    }

    [Fact]
    public void Another_shape_is_refused_with_the_name_of_the_parameter()
    {
        var (run, other) = (new PythonRun(PythonRun.Plain), new PythonRun(PythonRun.Dropout));
        var config = (BertConfig)AutoConfig.FromPretrained(other.Folder);
        using var model = AutoModelForSequenceClassification.FromConfig(config with { IntermediateSize = 16 });
        Refused(run, run.Arguments(_folder.Path), model: model).Should()
            .Contain("'bert.encoder.layer.0.intermediate.dense.weight' Float32 [16, 8] is needed");
    }

    [Theory]
    [InlineData("sgd", "'exp_avg' of parameter 0 ('bert.embeddings.word_embeddings.weight'), which Sgd does not have")]
    [InlineData("adagrad", "'exp_avg' of parameter 0")]
    public void Another_optimizer_is_refused(string optim, string message)
    {
        var run = new PythonRun(PythonRun.Plain);
        Refused(run, run.Arguments(_folder.Path) with { Optim = PythonNames.ParseOptimizerName(optim) })
            .Should().Contain(message);
    }

    [Fact]
    public void Other_settings_are_warnings()
    {
        var run = new PythonRun(PythonRun.Plain);
        run.Trainer(run.Arguments(_folder.Path) with { WeightDecay = 0.1, AdamBeta1 = 0.8, LearningRate = 1e-3 }, callbacks: _warnings)
            .Train(run.Folder);
        _warnings.Messages.Should().Contain(message => message.Contains("betas was (0.9, 0.99) and is (0.8, 0.99)")
            && message.Contains("weight_decay was 0.01 and is 0.1"));
        _warnings.Messages.Should().Contain(message => message.Contains("LearningRate was 0.005 and is 0.001"));
        run.Trainer(run.Arguments(_folder.Path) with { WarmupSteps = 0 }, callbacks: _warnings).Train(run.Folder);
        _warnings.Messages.Should().Contain(message => message.Contains("another schedule: the learning rate of step 6 was"));
    }

    [Fact]
    public void A_class_of_the_program_is_warned_of_even_if_all_its_parameters_are_in_layers()
    {
        var run = Copy(PythonRun.Plain);
        using var scope = NewDisposeScope();
        var weights = Safetensors.Load(Copied("model.safetensors"));
        Safetensors.Save(Copied("model.safetensors"), weights.Select(pair => KeyValuePair.Create("_inner." + pair.Key, pair.Value)));
        var inner = run.Model();
        using var model = new ModuleModel(new Around(inner), inner.Inputs);
        run.Trainer(run.Arguments(_folder.Path), model: model, callbacks: _warnings).Train(_folder.File("copy"));
        _warnings.Messages.Should().ContainSingle().Which.Should().Contain("the parameters of Around by their order");
    }

    [Fact]
    public void A_seed_that_the_row_order_does_not_use_is_not_compared()
    {
        var run = new PythonRun(PythonRun.Plain);
        run.Trainer(run.Arguments(_folder.Path) with { Seed = 3, TrainSamplingStrategy = SamplingStrategy.Sequential })
            .Invoking(trainer => trainer.Train(run.Folder)).Should().NotThrow();
    }

    [Fact]
    public void What_is_not_restored_is_a_warning()
    {
        var run = Copy(PythonRun.Plain);
        foreach (var file in new[] { "rng_state.pth", "scheduler.pt" }) File.Delete(Copied(file));
        File.WriteAllText(Copied("scaler.pt"), "");
        run.Trainer(run.Arguments(_folder.Path), callbacks: _warnings).Train(_folder.File("copy"));
        _warnings.Messages.Should().HaveCount(3).And.Contain(message => message.Contains("no rng_state.pth"))
            .And.Contain(message => message.Contains("scheduler.pt' is missing")).And.Contain(message => message.Contains("float16"));
    }

    [Fact]
    public void A_damaged_state_of_the_random_number_generator_is_refused()
    {
        var run = Copy(PythonRun.Plain);
        var bytes = File.ReadAllBytes(Copied("rng_state.pth"));
        using var scope = NewDisposeScope();
        manual_seed(42);
        var start = bytes.AsSpan().IndexOf(random.get_rng_state().bytes[..8]);      // the seed, which is followed by the other numbers
        bytes.AsSpan(start + 8, 5000).Fill(0xee);
        File.WriteAllBytes(Copied("rng_state.pth"), bytes);
        Refused(run, run.Arguments(_folder.Path), "copy").Should().Contain("rng_state.pth");
    }

    [Theory]
    [InlineData(8, 700)]       // remaining words
    [InlineData(12, 0)]        // whether it is seeded
    [InlineData(16, 600)]      // the next word
    public void A_damaged_state_of_the_random_number_generator_in_an_own_checkpoint_is_refused(int offset, int value)
    {
        var run = new PythonRun(PythonRun.Dropout);
        var arguments = run.Arguments(_folder.Path) with { SaveStrategy = SaveStrategy.Steps, SaveSteps = 7 };
        run.Trainer(arguments).Train(run.Folder);
        var file = Path.Combine(_folder.File("checkpoint-7"), "rng_state.safetensors");
        using var scope = NewDisposeScope();
        var state = Safetensors.Load(file);
        var bytes = state["cpu"].bytes;
        BitConverter.TryWriteBytes(bytes[offset..], value);
        Safetensors.Save(file, state);
        run.Invoking(run => run.Trainer(arguments).Train(_folder.File("checkpoint-7"))).Should().ThrowExactly<CheckpointException>()
            .Which.Message.Should().Contain("rng_state.safetensors");
    }

    [Fact]
    public void The_state_of_a_schedule_that_depends_on_a_metric_is_required()
    {
        var run = Copy(PythonRun.Plateau);
        File.Delete(Copied("scheduler.pt"));
        Refused(run, run.Arguments(_folder.Path), "copy").Should().Contain("scheduler.pt' is missing");
    }

    [Fact]
    public void The_best_checkpoint_is_found_beside_the_checkpoint_or_forgotten()
    {
        var run = Copy(PythonRun.Plateau);
        var trainer = run.Trainer(run.Arguments(_folder.Path), callbacks: _warnings);
        trainer.Train(run.Folder);
        trainer.State.BestModelCheckpoint.Should().BeNull();
        _warnings.Messages.Should().ContainSingle().Which.Should().Contain("'python-run/checkpoint-");
    }

    [Fact]
    public void Losses_that_the_python_run_did_not_log_are_left_out_of_the_mean()
    {
        var run = Copy(PythonRun.Plain);
        var state = (JsonObject)JsonNode.Parse(File.ReadAllText(Copied("trainer_state.json")))!;
        var log = state["log_history"]!.AsArray();
        while (log.Count > 3) log.RemoveAt(3);
        File.WriteAllText(Copied("trainer_state.json"), state.ToJsonString());
        var output = run.Trainer(run.Arguments(_folder.Path), callbacks: _warnings).Train(_folder.File("copy"));
        var losses = run.Log.Where(line => line!["loss"] is not null).Select(line => (double)line!["loss"]!).ToArray();
        output.TrainingLoss.Should().BeApproximately(losses.Where((_, step) => step is not 3 and not 4).Average(), Losses);
    }

    private sealed class Around : nn.Module<ModelInputs, ModelOutput>
    {
        private readonly PretrainedModel _inner;

        internal Around(PretrainedModel inner) : base(nameof(Around))
        {
            _inner = inner;
            RegisterComponents();
        }

        public override ModelOutput forward(ModelInputs inputs) => _inner.call(inputs);
    }

    private string Copied(string file) => Path.Combine(_folder.Path, "copy", file);

    private PythonRun Copy(string name)
    {
        var run = new PythonRun(name);
        Directory.CreateDirectory(_folder.File("copy"));
        foreach (var file in Directory.GetFiles(run.Folder)) File.Copy(file, Copied(Path.GetFileName(file)));
        return run;
    }

    private string Refused(
        PythonRun run, TrainingArguments arguments, string? folder = null, Dataset? train = null, PretrainedModel? model = null)
    {
        using var scope = NewDisposeScope();
        var trainer = run.Trainer(arguments, train, model);
        var before = TinyRun.Bits(trainer.Model);
        var message = trainer.Invoking(trainer => trainer.Train(folder is null ? run.Folder : _folder.File(folder)))
            .Should().ThrowExactly<CheckpointException>().Which.Message;
        TinyRun.AssertSameBits(before, trainer.Model);
        return message;
    }

    /// <summary>The whole log: the lines before the checkpoint are those of its file.</summary>
    private static void AssertLog(JsonArray expected, IReadOnlyList<IReadOnlyDictionary<string, double>> found)
    {
        found.Should().HaveSameCount(expected);
        foreach (var (line, entry) in expected.Zip(found))
            foreach (var (key, value) in line!.AsObject())
                entry[key].Should().BeApproximately((double)value!, (double)value! * (key switch
                {
                    "loss" or "eval_loss" or "train_loss" => Losses,
                    "grad_norm" => Norms,
                    _ => 1e-9,
                }) + 1e-15, "that is {0} of step {1}", key, line["step"]);
    }
}
