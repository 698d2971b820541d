using System.Text.Json;
using System.Text.Json.Nodes;
using PeftSharp.Data;
using PeftSharp.Modeling;
using PeftSharp.Models;
using PeftSharp.Optimization;
using PeftSharp.Tests.Fuzzing.Readers;
using PeftSharp.Tests.Parity;
using PeftSharp.Training;
using PeftSharp.Tuners;
using static TorchSharp.torch;

namespace PeftSharp.Tests.Training;

/// <summary>A run of transformers' trainer with a checkpoint in its middle (tests/fixtures/checkpoints).</summary>
internal sealed class PythonRun
{
    internal const string Dropout = "bert-dropout", Epochs = "bert-adagrad", Lora = "gpt2-lora", Plain = "bert", Plateau = "bert-rmsprop";

    private readonly JsonObject _json;

    internal PythonRun(string name)
    {
        (Name, Folder) = (name, FuzzFixtures.At("checkpoints", name));
        _json = (JsonObject)JsonNode.Parse(File.ReadAllText(Path.Combine(Folder, "run.json")))!;
    }

    internal static TheoryData<string> Names => [.. FuzzFixtures.Folders("checkpoints").Select(folder => Path.GetFileName(folder)!)];

    internal string Name { get; }

    /// <summary>The folder of the checkpoint.</summary>
    internal string Folder { get; }

    /// <summary>The step of the checkpoint.</summary>
    internal int Step => (int)_json["step"]!;

    internal bool IsLanguage => Name.StartsWith("gpt2", StringComparison.Ordinal);

    internal JsonArray Log => _json["log_history"]!.AsArray();

    internal string FinalFile => Path.Combine(Folder, "final.safetensors");

    internal Dataset Rows(string role) => Dataset.FromList(_json[role]!.AsArray().Select(row => row!.AsObject().ToDictionary(
        pair => pair.Key, pair => pair.Value is JsonArray list ? (object?)list.Select(id => (long)id!).ToArray() : (long)pair.Value!)));

    /// <summary>The model, whose trainable weights are not those of the checkpoint.</summary>
    internal PretrainedModel Model()
    {
        manual_seed(1);
        if (Name != Lora)
            return AutoLoader.FromConfig(
                AutoConfig.FromPretrained(Folder), IsLanguage ? ModelTask.CausalLM : ModelTask.SequenceClassification);
        var config = PeftConfig.FromPretrained(Folder) with { InferenceMode = false };
        return AutoModelForCausalLM.FromPretrained(Path.Combine(Folder, "base")).GetPeftModel(config);
    }

    /// <summary>The arguments of the run, which reads pickle files and writes no checkpoint.</summary>
    internal TrainingArguments Arguments(string outputDir) => _json["arguments"]!.AsObject().Aggregate(
        new TrainingArguments(outputDir) { UseCpu = true, AllowPickle = true, SaveStrategy = SaveStrategy.No },
        (args, pair) => With(args, pair.Key, pair.Value!));

    internal Trainer Trainer(
        TrainingArguments args, Dataset? train = null, PretrainedModel? model = null, params TrainerCallback[] callbacks) =>
        new(model ?? Model(), args, train ?? Rows("train"), Rows("eval"), new DefaultDataCollator(), callbacks: callbacks);

    private static TrainingArguments With(TrainingArguments args, string name, JsonNode value) => name switch
    {
        "max_steps" => args with { MaxSteps = (int)value },
        "per_device_train_batch_size" => args with { PerDeviceTrainBatchSize = (int)value },
        "gradient_accumulation_steps" => args with { GradientAccumulationSteps = (int)value },
        "seed" => args with { Seed = (long)value },
        "data_seed" => args with { DataSeed = (long)value },
        "logging_steps" => args with { LoggingSteps = (int)value },
        "learning_rate" => args with { LearningRate = (double)value },
        "weight_decay" => args with { WeightDecay = (double)value },
        "warmup_steps" => args with { WarmupSteps = (int)value },
        "adam_beta2" => args with { AdamBeta2 = (double)value },
        "optim" => args with { Optim = PythonNames.ParseOptimizerName((string)value!) },
        "optim_args" => args with { OptimArgs = RecordedRun.OptimArgs((string)value!) },
        "lr_scheduler_type" => args with { LrSchedulerType = PythonNames.ParseSchedulerType((string)value!) },
        "lr_scheduler_kwargs" => args with { LrSchedulerKwargs = value.Deserialize<LrSchedulerOptions>(RecordedRun.PythonOptions) },
        "eval_strategy" => args with { EvalStrategy = IntervalStrategy.Steps },
        "eval_steps" => args with { EvalSteps = (int)value },
        "save_steps" or "save_strategy" or "load_best_model_at_end" => args,
        _ => throw new ArgumentException(name),
    };
}
