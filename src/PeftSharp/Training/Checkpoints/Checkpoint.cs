using System.Text.Json;
using System.Text.Json.Serialization;
using PeftSharp.Serialization;
using PeftSharp.Training.Batching;
using PeftSharp.Training.Loop;
using static TorchSharp.torch;

namespace PeftSharp.Training.Checkpoints;

/// <summary>A run as files: what transformers' checkpoints hold, with safetensors and JSON in place of pickles.</summary>
/// <remarks>The model's or adapter's own files, <c>optimizer.safetensors</c>, <c>scheduler.json</c>, <c>rng_state.safetensors</c>, <c>trainer_state.json</c>, <c>training_args.json</c>.</remarks>
internal static class Checkpoint
{
    private const string OptimizerFile = "optimizer.safetensors", SchedulerFile = "scheduler.json", RandomFile = "rng_state.safetensors", ArgumentsFile = "training_args.json";
    private static readonly JsonSerializerOptions _options = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals, Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower) } };

    /// <summary>Writes everything of a run into <paramref name="folder"/>, which exists.</summary>
    /// <param name="folder">Where the files go.</param>
    /// <param name="run">The run.</param>
    /// <param name="saveModel">Writes the model and what belongs to it.</param>
    internal static void Write(string folder, TrainingRun run, Action<string> saveModel)
    {
        saveModel(folder);
        if (!run.Arguments.SaveOnlyModel)
        {
            using var scope = NewDisposeScope();
            Safetensors.Save(Path.Combine(folder, OptimizerFile), run.Optimizer.StateTensors());
            Safetensors.Save(Path.Combine(folder, RandomFile), new Dictionary<string, Tensor> { ["cpu"] = RandomStream.Save() });
            JsonFile.Write(Path.Combine(folder, SchedulerFile), run.Schedule.SaveState());
        }
        WriteArguments(folder, run.Arguments);
        foreach (var (name, state) in run.Callbacks.SaveStates()) run.State.CallbackStates[name] = state;
        run.State.CallbackStates[RunProgress.Name] = run.Progress.SaveState(run.Plan.UpdatesPerEpoch, run.Control.ShouldEpochStop);
        TrainerStateFile.Write(folder, run.State, run.Control);
    }

    /// <summary>Writes the arguments, for people to read.</summary>
    internal static void WriteArguments(string folder, TrainingArguments arguments) =>
        JsonFile.Write(Path.Combine(folder, ArgumentsFile), JsonSerializer.SerializeToNode(arguments, _options)!.AsObject());

    /// <summary>Takes a run's optimizer, schedule and callbacks back from <paramref name="folder"/>; the model's weights are the caller's to load.</summary>
    /// <returns>The state of the random stream, to be restored where the run goes on.</returns>
    /// <exception cref="CheckpointException">A file is absent, malformed or of another run.</exception>
    internal static Tensor ReadInto(TrainingRun run, string folder)
    {
        var optimizer = Path.Combine(folder, OptimizerFile);
        if (!File.Exists(optimizer))
            throw new CheckpointException($"'{folder}' holds no {OptimizerFile}: it was saved with SaveOnlyModel, or by transformers (whose optimizer state is a pickle). Load its model and begin a new run.");
        run.Progress.LoadState(run.State.CallbackStates.GetValueOrDefault(RunProgress.Name), run.Plan.UpdatesPerEpoch, folder);
        using var scope = NewDisposeScope();
        var random = Safetensors.Load(Path.Combine(folder, RandomFile)).GetValueOrDefault("cpu") ?? throw new CheckpointException($"'{Path.Combine(folder, RandomFile)}' holds no tensor 'cpu', the state of the random stream.");
        run.Optimizer.LoadState(Safetensors.Load(optimizer));
        run.Schedule.LoadState(ConfigJson.Read(Path.Combine(folder, SchedulerFile)));
        run.Callbacks.LoadStates(run.State.CallbackStates);
        return random.MoveToOuterDisposeScope();
    }
}
