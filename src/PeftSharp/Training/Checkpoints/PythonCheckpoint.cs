using PeftSharp.Internal;
using PeftSharp.Modeling;
using PeftSharp.Training.Batching;
using PeftSharp.Training.Loop;
using static TorchSharp.torch;

namespace PeftSharp.Training.Checkpoints;

/// <summary>
/// Loads a checkpoint of transformers' trainer, whose state files are pickles. Only tensors and plain data are read from them, and no code
/// in them is run.
/// </summary>
/// <remarks>
/// <c>training_args.bin</c> is not read: it is an object of a Python class. The arguments come from the program;
/// <see cref="RunProgress.ContinueAfter"/>, <see cref="PythonOptimizerState"/>, <see cref="PythonSchedulerState"/> and
/// <see cref="PythonRandomState"/> compare these arguments with the values in the other files.
/// </remarks>
internal static class PythonCheckpoint
{
    /// <summary>The state of the gradient scaling of float16, which this library does not have.</summary>
    private const string ScalerFile = "scaler.pt";

    /// <summary>Whether a folder contains the optimizer state of a Python run.</summary>
    internal static bool IsIn(string folder) => File.Exists(Path.Combine(folder, PythonOptimizerState.FileName));

    /// <summary>Loads the state of a run, but not the weights of the model.</summary>
    /// <param name="run">The run, which has the content of <c>trainer_state.json</c>.</param>
    /// <param name="model">The model, which does not change.</param>
    /// <param name="folder">The folder of the checkpoint.</param>
    /// <param name="warn">Reports what differs from the Python run and what is not restored.</param>
    /// <returns>The random number generator state.</returns>
    /// <exception cref="CheckpointException">
    /// Pickle files are not allowed, a file is missing or malformed, or the checkpoint belongs to another run.
    /// </exception>
    internal static RandomState ReadInto(TrainingRun run, PretrainedModel model, string folder, Action<string> warn)
    {
        var arguments = run.Arguments;
        if (!arguments.AllowPickle)
            throw new CheckpointException($"The checkpoint '{folder}' was written by transformers. Its file "
                + $"{PythonOptimizerState.FileName} is a pickle file, which is only read if AllowPickle is set "
                + "(new TrainingArguments { AllowPickle = true }). Its tensors and numbers are then read, and no code in it is run. "
                + "Set AllowPickle, or load the model of the checkpoint and start a new run.");
        run.Progress.ContinueAfter(
            run.State, run.Plan, arguments.GradientAccumulationSteps, checksRows: !arguments.IgnoreDataSkip, folder);
        if (arguments.IgnoreDataSkip) run.Progress.RestartEpoch();
        else if (run.Progress.UpdatesInEpoch > 0) run.Stream?.Load(folder);
        if (run.OrderUsesDefaultGenerator && run.Progress.UpdatesInEpoch > 0)
            throw new CheckpointException($"The checkpoint '{folder}' of a Python run is inside an epoch. The row order of the epoch is "
                + "drawn from the default random number generator (TrainSamplingStrategy, GetTrainBatches), but Python does not save the "
                + "state of the generator at the start of the epoch. Resume a checkpoint at the end of an epoch; or set IgnoreDataSkip to "
                + "true, so that the epoch starts at the first row.");
        using var scope = NewDisposeScope();
        var random = PythonRandomState.Read(run, folder, warn);
        var rates = PythonOptimizerState.LoadInto(
            run.Optimizer, Path.Combine(folder, PythonOptimizerState.FileName), run.State.GlobalStep, warn);
        if (model.modules().FirstOrDefault(IsForeign) is { } foreign)
            warn($"The optimizer state is assigned to the parameters of {TypeName.Of(foreign)} by their order: the class must declare "
                + "its modules and parameters in the order of the Python class.");
        LoadSchedule(run, Path.Combine(folder, PythonSchedulerState.FileName), rates, warn);
        if (File.Exists(Path.Combine(folder, ScalerFile)))
            warn($"The Python run of checkpoint '{folder}' was trained in float16 ({ScalerFile}). This run computes in "
                + $"{(arguments.Bf16 ? "bfloat16" : "float32")}.");
        run.Callbacks.LoadStates(run.State.CallbackStates);
        return new RandomState(random.MoveToOuterDisposeScope(), EpochBegin: null);
    }

    /// <summary>
    /// Whether a module with parameters, of its own or in its layers, belongs neither to this library nor to TorchSharp. The order of these
    /// parameters was then not compared with the order in transformers.
    /// </summary>
    private static bool IsForeign(nn.Module module) => module.GetType().Assembly is var assembly
        && assembly != typeof(Trainer).Assembly && assembly != typeof(nn.Module).Assembly && module.parameters().Any();

    private static void LoadSchedule(TrainingRun run, string path, IReadOnlyList<double> rates, Action<string> warn)
    {
        if (File.Exists(path)) PythonSchedulerState.LoadInto(run, path, rates, warn);
        else if (run.Schedule.IsPlateau)
            throw new CheckpointException($"'{path}' is missing, so the state of {run.Arguments.LrSchedulerType} is not known. "
                + "Download the checkpoint again, or load its model and start a new run.");
        else warn($"'{path}' is missing, so the learning rates are not compared with those of the Python run.");
    }
}
