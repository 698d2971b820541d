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

/// <summary>A run as files: what transformers' checkpoints hold, with safetensors and JSON in place of pickles.</summary>
/// <remarks>The model's or adapter's own files, <c>optimizer.safetensors</c>, <c>scheduler.json</c>, <c>rng_state.safetensors</c>, <c>model_state.safetensors</c> where the model has more state than its weights, <c>trainer_state.json</c>, <c>training_args.json</c>.</remarks>
internal static class Checkpoint
{
    private const string OptimizerFile = "optimizer.safetensors", SchedulerFile = "scheduler.json", RandomFile = "rng_state.safetensors", ModelStateFile = "model_state.safetensors", ArgumentsFile = "training_args.json";
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

    /// <summary>Writes everything of a run into <paramref name="folder"/>, which exists.</summary>
    /// <param name="folder">Where the files go.</param>
    /// <param name="run">The run.</param>
    /// <param name="model">What is trained.</param>
    /// <param name="saveModel">Writes the model and what belongs to it.</param>
    internal static void Write(string folder, TrainingRun run, PretrainedModel model, Action<string> saveModel)
    {
        saveModel(folder);
        if (!run.Arguments.SaveOnlyModel)
        {
            using var scope = NewDisposeScope();
            Safetensors.Save(Path.Combine(folder, OptimizerFile), run.Optimizer.StateTensors());
            var random = new Dictionary<string, Tensor> { ["cpu"] = RandomStream.Save() };
            if (run.EpochBegin is { } begin) random["epoch_begin"] = begin;
            Safetensors.Save(Path.Combine(folder, RandomFile), random);
            if (model.TrainingState() is { Count: > 0 } state) Safetensors.Save(Path.Combine(folder, ModelStateFile), state);
            JsonFile.Write(Path.Combine(folder, SchedulerFile), run.Schedule.SaveState());
        }
        WriteArguments(folder, run.Arguments);
        foreach (var (name, state) in run.Callbacks.SaveStates()) run.State.CallbackStates[name] = state;
        run.State.CallbackStates[RunProgress.Name] = run.Progress.SaveState(run.Plan.UpdatesPerEpoch, run.Plan.Rows, run.Control.ShouldEpochStop);
        TrainerStateFile.Write(folder, run.State, run.Control);
    }

    /// <summary>Writes the arguments, for people to read.</summary>
    internal static void WriteArguments(string folder, TrainingArguments arguments) =>
        JsonFile.Write(Path.Combine(folder, ArgumentsFile), ToJson(arguments));

    /// <summary>The arguments that a checkpoint was written with; null if it does not hold them.</summary>
    internal static JsonObject? ReadArguments(string folder) => Path.Combine(folder, ArgumentsFile) is var file && File.Exists(file) ? JsonFile.Read(file) : null;

    internal static JsonObject ToJson(TrainingArguments arguments) => JsonSerializer.SerializeToNode(arguments, _options)!.AsObject();

    /// <summary>Takes a run's optimizer, schedule and callbacks back from <paramref name="folder"/>; the model's weights are the caller's to load.</summary>
    /// <returns>The random stream, to be restored where the run continues.</returns>
    /// <exception cref="CheckpointException">A file is absent, malformed or of another run.</exception>
    internal static RandomState ReadInto(TrainingRun run, string folder)
    {
        var optimizer = Path.Combine(folder, OptimizerFile);
        if (!File.Exists(optimizer))
            throw new CheckpointException($"'{folder}' holds no {OptimizerFile}: it was saved with SaveOnlyModel, or by transformers (whose optimizer state is a pickle). Load its model and begin a new run.");
        run.Progress.LoadState(run.State.CallbackStates.GetValueOrDefault(RunProgress.Name), run.Plan.UpdatesPerEpoch, run.Plan.Rows, folder);
        using var scope = NewDisposeScope();
        var file = Path.Combine(folder, RandomFile);
        var random = Safetensors.Load(file);
        var now = random.GetValueOrDefault("cpu") ?? throw new CheckpointException($"'{file}' holds no tensor 'cpu', the state of the random stream.");
        var begin = random.GetValueOrDefault("epoch_begin");
        if (begin is null && run.DrawsOrder && run.Progress.UpdatesInEpoch > 0)
            throw new CheckpointException($"'{file}' holds no tensor 'epoch_begin', so the order of the rows of this epoch cannot be drawn again. Resume from a checkpoint at the end of an epoch, or load its model and begin a new run.");
        run.Optimizer.LoadState(Safetensors.Load(optimizer));
        run.Schedule.LoadState(ConfigJson.Read(Path.Combine(folder, SchedulerFile)));
        run.Callbacks.LoadStates(run.State.CallbackStates);
        return new RandomState(now.MoveToOuterDisposeScope(), begin?.MoveToOuterDisposeScope());
    }

    /// <summary>Takes the model's weights and its other state (<see cref="PretrainedModel.TrainingState"/>) back from <paramref name="folder"/>.</summary>
    /// <exception cref="CheckpointException">A file is absent, malformed or of another model.</exception>
    internal static void ReadInto(PretrainedModel model, string folder)
    {
        var state = model.TrainingState();
        if (state.Count == 0)
        {
            model.LoadWeights(folder);
            return;
        }
        using var scope = NewDisposeScope();
        using var free = no_grad();
        var path = Path.Combine(folder, ModelStateFile);
        var saved = Safetensors.Load(path);
        foreach (var (name, tensor) in state)
            if (!saved.TryGetValue(name, out var value) || !value.shape.SequenceEqual(tensor.shape))
                throw new CheckpointException($"'{path}' {(value is null ? $"holds no tensor '{name}'" : $"holds '{name}' as [{string.Join(", ", value.shape)}], and the model has [{string.Join(", ", tensor.shape)}]")}: it belongs to another model or adapter. Resume with the configuration that the run was started with.");
        model.LoadWeights(folder);
        foreach (var (name, tensor) in state) tensor.copy_(saved[name]);
    }
}
