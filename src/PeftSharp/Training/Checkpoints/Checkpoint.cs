using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using PeftSharp.Modeling;
using PeftSharp.Optimization;
using PeftSharp.Serialization;
using PeftSharp.Training.Batching;
using PeftSharp.Training.Loop;
using static TorchSharp.torch;

namespace PeftSharp.Training.Checkpoints;

/// <summary>
/// Saves and loads a run: the content of a checkpoint of transformers, with safetensors and JSON files instead of pickle files.
/// </summary>
/// <remarks>
/// The files are those of the model or adapter, <c>optimizer.safetensors</c>, <c>scheduler.json</c>, <c>rng_state.safetensors</c>,
/// <c>model_state.safetensors</c> if the model has state in addition to its weights, <c>train_dataset_state.json</c> if the training rows
/// are a stream, <c>trainer_state.json</c> and <c>training_args.json</c>.
/// </remarks>
internal static class Checkpoint
{
    private const string OptimizerFile = "optimizer.safetensors", SchedulerFile = "scheduler.json", RandomFile = "rng_state.safetensors",
        ModelStateFile = "model_state.safetensors", ArgumentsFile = "training_args.json";

    /// <summary>The files that only a resumed run reads. The other files are the files of the model and the arguments.</summary>
    internal static readonly IReadOnlyList<string> StateFiles =
        [OptimizerFile, SchedulerFile, RandomFile, ModelStateFile, TrainingStream.FileName, TrainerStateFile.Name];

    private static readonly JsonSerializerOptions _options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        Converters =
        {
            new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower),
            new PythonOptionsConverter<LrSchedulerOptions>(options => options.ByPythonName()),
            new PythonOptionsConverter<OptimizerOptions>(options => options.ToPython()),
        },
    };

    /// <summary>Writes the files of a run.</summary>
    /// <param name="folder">The folder, which exists.</param>
    /// <param name="run">The run.</param>
    /// <param name="model">The model.</param>
    /// <param name="saveModel">Saves the model and the tokenizer to a folder.</param>
    internal static void Write(string folder, TrainingRun run, PretrainedModel model, Action<string> saveModel)
    {
        saveModel(folder);
        if (!run.Arguments.SaveOnlyModel)
        {
            using var scope = NewDisposeScope();
            Safetensors.Save(Path.Combine(folder, OptimizerFile), run.Optimizer.GetStateTensors());
            var random = new Dictionary<string, Tensor> { ["cpu"] = DefaultGenerator.Save() };
            if (run.EpochBegin is { } begin) random["epoch_begin"] = begin;
            Safetensors.Save(Path.Combine(folder, RandomFile), random);
            if (model.GetTrainingState() is { Count: > 0 } state) Safetensors.Save(Path.Combine(folder, ModelStateFile), state);
            JsonFile.Write(Path.Combine(folder, SchedulerFile), run.Schedule.SaveState());
            run.Stream?.Save(folder, run.Progress, run.Control.ShouldEpochStop);
        }
        WriteArguments(folder, run.Arguments);
        foreach (var (name, state) in run.Callbacks.SaveStates()) run.State.CallbackStates[name] = state;
        run.State.CallbackStates[RunProgress.Name] = run.Progress.SaveState(
            run.Plan, isStream: run.Stream is not null, run.Control.ShouldEpochStop);
        TrainerStateFile.Write(folder, run.State, run.Control);
    }

    /// <summary>Writes the arguments, which <see cref="ResumeCheck"/> compares.</summary>
    internal static void WriteArguments(string folder, TrainingArguments arguments) =>
        JsonFile.Write(Path.Combine(folder, ArgumentsFile), ToJson(arguments));

    /// <summary>Reads the arguments of the run of a checkpoint; null if the checkpoint does not contain them.</summary>
    internal static JsonObject? ReadArguments(string folder) =>
        Path.Combine(folder, ArgumentsFile) is var file && File.Exists(file) ? JsonFile.Read(file) : null;

    internal static JsonObject ToJson(TrainingArguments arguments) => JsonSerializer.SerializeToNode(arguments, _options)!.AsObject();

    /// <summary>
    /// Loads the state of the optimizer, the schedule and the callbacks from <paramref name="folder"/>, but not the weights of the model.
    /// </summary>
    /// <param name="run">The run, which has the content of <c>trainer_state.json</c>.</param>
    /// <param name="model">The model, which does not change.</param>
    /// <param name="folder">The folder of the checkpoint.</param>
    /// <param name="warn">Reports what a checkpoint of transformers does not contain, and how its run differs.</param>
    /// <returns>The random number generator state, which the training loop restores.</returns>
    /// <exception cref="CheckpointException">A file is missing or malformed, or belongs to another run.</exception>
    internal static RandomState ReadInto(TrainingRun run, PretrainedModel model, string folder, Action<string> warn)
    {
        var optimizer = Path.Combine(folder, OptimizerFile);
        if (!File.Exists(optimizer))
            return PythonCheckpoint.IsIn(folder) ? PythonCheckpoint.ReadInto(run, model, folder, warn)
                : throw new CheckpointException($"The checkpoint '{folder}' cannot be resumed: it has neither {OptimizerFile} nor "
                    + $"{PythonOptimizerState.FileName} of transformers. It was probably saved with SaveOnlyModel, or by transformers with "
                    + "save_only_model, FSDP or DeepSpeed. Load the model of the checkpoint and start a new run.");
        run.Progress.LoadState(run.State.CallbackStates.GetValueOrDefault(RunProgress.Name), run.State.GlobalStep, run.Plan,
            isStream: run.Stream is not null, checksRows: !run.Arguments.IgnoreDataSkip, folder);
        if (run.Arguments.IgnoreDataSkip) run.Progress.RestartEpoch();
        else run.Stream?.Load(folder);
        using var scope = NewDisposeScope();
        var file = Path.Combine(folder, RandomFile);
        var random = Safetensors.Load(file);
        var now = random.GetValueOrDefault("cpu") ?? throw new CheckpointException($"'{file}' has no tensor 'cpu' (the state of the random "
            + "number generator), so the checkpoint cannot be resumed. Load the model of the "
            + "checkpoint and start a new run.");
        var begin = random.GetValueOrDefault("epoch_begin");
        if (begin is null && run.OrderUsesDefaultGenerator && run.Progress.UpdatesInEpoch > 0)
            throw new CheckpointException($"'{file}' has no tensor 'epoch_begin', so the row order of the epoch cannot be restored. "
                + "Resume a checkpoint at the end of an epoch, or load the model of the checkpoint and start a new run.");
        if (!DefaultGenerator.IsState(now) || (begin is not null && !DefaultGenerator.IsState(begin)))
            throw new CheckpointException($"'{file}' contains no valid state of the random number generator, so it is damaged. Resume "
                + "another checkpoint, or load the model of the checkpoint and start a new run.");
        run.Optimizer.LoadState(Safetensors.Load(optimizer));
        run.Schedule.LoadState(ConfigJson.Read(Path.Combine(folder, SchedulerFile)));
        run.Callbacks.LoadStates(run.State.CallbackStates);
        return new RandomState(now.MoveToOuterDisposeScope(), begin?.MoveToOuterDisposeScope());
    }

    /// <summary>
    /// Loads the weights of the model and its other state (<see cref="PretrainedModel.GetTrainingState"/>) from <paramref name="folder"/>.
    /// </summary>
    /// <param name="model">The model.</param>
    /// <param name="folder">The folder of the checkpoint.</param>
    /// <param name="allowPickle">Whether the weights may be in a pickle file.</param>
    /// <exception cref="CheckpointException">A file is missing or malformed, or belongs to another model.</exception>
    internal static void ReadInto(PretrainedModel model, string folder, bool allowPickle)
    {
        var state = model.GetTrainingState();
        if (state.Count == 0)
        {
            model.LoadWeights(folder, allowPickle);
            return;
        }
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var path = Path.Combine(folder, ModelStateFile);
        var saved = Safetensors.Load(path);
        foreach (var (name, tensor) in state)
            if (!saved.TryGetValue(name, out var value) || !value.shape.SequenceEqual(tensor.shape))
                throw new CheckpointException((value is null
                    ? $"'{path}' has no tensor '{name}'"
                    : $"'{path}' contains '{name}' with shape [{string.Join(", ", value.shape)}], but the model has "
                        + $"[{string.Join(", ", tensor.shape)}]")
                    + ": it belongs to another model or adapter. Resume with the configuration of the run that saved it.");
        model.LoadWeights(folder, allowPickle);
        foreach (var (name, tensor) in state) tensor.copy_(saved[name]);
    }
}
