using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using PeftSharp.Data;
using PeftSharp.Modeling;
using PeftSharp.Models;
using PeftSharp.Optimization;
using PeftSharp.Serialization;
using PeftSharp.Training;
using PeftSharp.Tuners;

namespace PeftSharp.Tests.Parity;

/// <summary>A recorded run of the trainer of transformers: its first weights, its arguments and its results.</summary>
internal sealed class RecordedRun
{
    private readonly string _name;

    internal RecordedRun(string name)
    {
        _name = name;
        Json = (JsonObject)JsonNode.Parse(File.ReadAllText(ReferenceRoot.Require("training", name, "run.json")))!;
        Kind = (string)Json["model"]!;
    }

    /// <summary>Reads options by their Python names. A name without a property is an error.</summary>
    internal static JsonSerializerOptions PythonOptions { get; } =
        new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow };

    internal JsonObject Json { get; }

    /// <summary>The model that it starts from, such as <c>bert0</c> (without dropout).</summary>
    internal string Kind { get; }

    internal string FinalFile => ReferenceRoot.Require("training", _name, "final.safetensors");

    internal static TheoryData<string> Runs(string pattern) => ReferenceRoot.Cases("training", pattern);

    internal Dataset Rows(string role) => LoadRows((string)Json[role]!);

    /// <summary>Whether the model predicts the next token; otherwise it classifies.</summary>
    internal bool IsLanguage => !Kind.StartsWith("bert", StringComparison.Ordinal);

    private bool HasDropout => !Kind.EndsWith('0');

    /// <summary>The model with its recorded start, an adapter on it where the run trained one.</summary>
    internal PretrainedModel Model()
    {
        var folder = ReferenceRoot.Require("training", "start", Kind);
        var family = (string)JsonNode.Parse(File.ReadAllText(Path.Combine(folder, "config.json")))!["model_type"]!;
        Skip.IfNot(ModelFamilies.ModelTypes.Contains(family), $"The model type '{family}' is not supported.");
        var config = AutoConfig.FromPretrained(folder);
        var model = AutoLoader.FromConfig(config, IsLanguage ? ModelTask.CausalLM : ModelTask.SequenceClassification);
        if (Kind.Contains("lora", StringComparison.Ordinal))
            model = model.GetPeftModel(new LoraConfig
            {
                TaskType = IsLanguage ? TaskType.CausalLM : TaskType.SeqCls, R = 4, LoraAlpha = 16,
                LoraDropout = HasDropout ? 0.1 : 0, FanInFanOut = family == "gpt2",
            });
        var start = ReferenceRoot.Require("training", "start", $"{Kind}.safetensors");
        if (model is not PeftModel)
        {
            PretrainedWeights.LoadAll(model, start);
            return model;
        }
        using var tensors = CheckpointTensors.Open(start);
        foreach (var (name, parameter) in model.state_dict()) tensors.CopyTo(name, parameter);
        return model;
    }

    internal IDataCollator Collator()
    {
        if (!IsLanguage) return new DataCollatorWithPadding(padTokenId: 0);
        var tokenizer = AutoTokenizer.FromPretrained(ReferenceRoot.Tokenizers("tiny-gpt2"));
        tokenizer.PadToken = tokenizer.EosToken;                     // id 0, which the recorded batches are filled with
        return new DataCollatorForLanguageModeling(tokenizer, mlm: false);
    }

    /// <summary>The arguments of the run; a run with an argument that is not supported is skipped.</summary>
    internal TrainingArguments Arguments(string outputDir)
    {
        var args = new TrainingArguments(outputDir) { UseCpu = TestDevice.Current.type == TorchSharp.DeviceType.CPU };
        foreach (var (name, value) in (JsonObject)Json["arguments"]!) args = With(args, name, value!);
        return args;
    }

    private static TrainingArguments With(TrainingArguments args, string name, JsonNode value)
    {
        switch (name)
        {
            case "num_train_epochs": return args with { NumTrainEpochs = (double)value };
            case "max_steps": return args with { MaxSteps = (int)value };
            case "seed": return args with { Seed = (long)value };
            case "data_seed": return args with { DataSeed = (long)value };
            case "per_device_train_batch_size": return args with { PerDeviceTrainBatchSize = (int)value };
            case "per_device_eval_batch_size": return args with { PerDeviceEvalBatchSize = (int)value };
            case "gradient_accumulation_steps": return args with { GradientAccumulationSteps = (int)value };
            case "dataloader_drop_last": return args with { DataloaderDropLast = (bool)value };
            case "dataloader_num_workers": return args with { DataloaderNumWorkers = (int)value };
            case "learning_rate": return args with { LearningRate = (double)value };
            case "weight_decay": return args with { WeightDecay = (double)value };
            case "adam_beta1": return args with { AdamBeta1 = (double)value };
            case "adam_beta2": return args with { AdamBeta2 = (double)value };
            case "adam_epsilon": return args with { AdamEpsilon = (double)value };
            case "max_grad_norm": return args with { MaxGradNorm = (double)value };
            case "warmup_steps": return args with { WarmupSteps = (double)value };
            case "logging_steps": return args with { LoggingSteps = (double)value };
            case "eval_steps": return args with { EvalSteps = (double)value };
            case "eval_strategy": return args with { EvalStrategy = Enum.Parse<IntervalStrategy>((string)value!, ignoreCase: true) };
            case "save_strategy": return args with { SaveStrategy = Enum.Parse<SaveStrategy>((string)value!, ignoreCase: true) };
            case "load_best_model_at_end": return args with { LoadBestModelAtEnd = (bool)value };
            case "metric_for_best_model": return args with { MetricForBestModel = (string)value! };
            case "greater_is_better": return args with { GreaterIsBetter = (bool)value };
            case "optim_args": return args with { OptimArgs = OptimArgs((string)value!) };
            case "train_sampling_strategy":
                var strategy = ((string)value!).Replace("_", "", StringComparison.Ordinal);
                return args with { TrainSamplingStrategy = Enum.Parse<SamplingStrategy>(strategy, ignoreCase: true) };
            case "optim": return args with { Optim = PythonNames.ParseOptimizerName((string)value!) };
            case "lr_scheduler_type": return args with { LrSchedulerType = PythonNames.ParseSchedulerType((string)value!) };
            case "lr_scheduler_kwargs": return args with { LrSchedulerKwargs = value.Deserialize<LrSchedulerOptions>(PythonOptions) };
            default:
                Skip.If(true, $"The argument '{name}' is not supported.");
                return args;
        }
    }

    internal static OptimizerOptions OptimArgs(string text)
    {
        var options = text.Split(',').Select(option => option.Split('='))
            .ToDictionary(option => option[0], option => JsonNode.Parse(option[1].ToLowerInvariant()));
        return new JsonObject(options).Deserialize<OptimizerOptions>(PythonOptions)!;
    }

    private static Dataset LoadRows(string name) =>
        Dataset.FromList(File.ReadLines(ReferenceRoot.Require("training", "data", $"{name}.jsonl"))
        .Select(line => (JsonObject)JsonNode.Parse(line)!)
        .Select(row => row.ToDictionary(pair => pair.Key,
            pair => pair.Value is JsonArray list ? (object?)list.Select(item => (long)item!).ToArray() : (long)pair.Value!)));
}
