using System.Text.Json.Nodes;
using PeftSharp.Internal;
using PeftSharp.Serialization;

namespace PeftSharp.Training.Loop;

/// <summary>
/// The state that a resumed run needs in addition to transformers' <c>trainer_state.json</c>: the position in the epoch and the losses that
/// are not yet logged.
/// </summary>
internal sealed class RunProgress
{
    /// <summary>The key in <c>stateful_callbacks</c> of <c>trainer_state.json</c>, where transformers ignores unknown keys.</summary>
    internal const string Name = "RunProgress";

    private static readonly System.Globalization.CultureInfo _invariant = System.Globalization.CultureInfo.InvariantCulture;
    private float _lossSinceLog;
    private double _loggedLoss;
    private int _lastLoggedStep, _stepsWithoutLoss;

    /// <summary>The id of the run. A resumed run has the id of the run of its checkpoint.</summary>
    internal string RunId { get; private set; } = $"{Guid.NewGuid():N}";

    /// <summary>The current epoch, or between two epochs the next epoch; from 0.</summary>
    internal int Epoch { get; private set; }

    /// <summary>
    /// The number of completed optimizer steps of <see cref="Epoch"/>. After the last step of the epoch, it equals the number of steps per
    /// epoch until <see cref="EndEpoch"/> is called.
    /// </summary>
    internal int UpdatesInEpoch { get; private set; }

    /// <summary>The global L2 norm of the gradients of the last step, before clipping.</summary>
    internal float GradientNorm { get; set; }

    /// <summary>The learning rate of the last step.</summary>
    internal double LearningRate { get; set; }

    /// <summary>The loss of the last step of this process.</summary>
    internal float LastLoss { get; private set; }

    /// <summary>
    /// Whether the run was cancelled during the evaluation after its last step, so that a resumed run must repeat the evaluation.
    /// </summary>
    internal bool IsEvaluationPending { get; set; }

    /// <summary>Whether a checkpoint was to be saved after the pending evaluation.</summary>
    internal bool IsSavePending { get; set; }

    internal void EndStep() => UpdatesInEpoch++;

    internal void EndEpoch() => (Epoch, UpdatesInEpoch) = (Epoch + 1, 0);

    /// <summary>Adds the loss of a step.</summary>
    internal void AddLoss(float loss) => (LastLoss, _lossSinceLog) = (loss, _lossSinceLog + loss);

    /// <summary>Whether a step was completed since the loss was last logged.</summary>
    internal bool HasNewLoss(int step) => step > _lastLoggedStep;

    /// <summary>Returns the mean loss of the steps since the loss was last logged, and resets it.</summary>
    internal double TakeMeanLoss(int step)
    {
        var mean = (double)_lossSinceLog / (step - _lastLoggedStep);
        _loggedLoss += _lossSinceLog;
        (_lossSinceLog, _lastLoggedStep) = (0, step);
        return mean;
    }

    /// <summary>Returns the mean loss of all steps whose loss is known.</summary>
    internal double MeanLoss(int steps) => (_loggedLoss + _lossSinceLog) / Math.Max(steps - _stepsWithoutLoss, 0.001);

    /// <summary>Starts the current epoch again (<see cref="TrainingArguments.IgnoreDataSkip"/>).</summary>
    internal void RestartEpoch() => UpdatesInEpoch = 0;

    /// <param name="plan">The steps of the run.</param>
    /// <param name="isStream">Whether the training rows are a stream.</param>
    /// <param name="endsEpoch">
    /// Whether a callback has ended the epoch after this step (<see cref="TrainerControl.ShouldEpochStop"/>).
    /// </param>
    internal JsonObject SaveState(StepPlan plan, bool isStream, bool endsEpoch) => new()
    {
        ["args"] = new JsonObject
        {
            ["updates_per_epoch"] = plan.Rows is null ? null : plan.UpdatesPerEpoch, ["rows"] = plan.Rows, ["stream"] = isStream,
            ["run_id"] = RunId,
            ["saved_at"] = DateTime.UtcNow.ToString("O", _invariant),
        },
        ["attributes"] = new JsonObject
        {
            ["epoch"] = Epoch,
            ["updates_in_epoch"] = endsEpoch && UpdatesInEpoch > 0 ? plan.UpdatesPerEpoch : UpdatesInEpoch,
            ["grad_norm"] = (double)GradientNorm,
            ["learning_rate"] = LearningRate,
            ["loss_since_log"] = (double)_lossSinceLog,
            ["logged_loss"] = _loggedLoss,
            ["last_logged_step"] = _lastLoggedStep,
            ["steps_without_loss"] = _stepsWithoutLoss,
            ["evaluation_pending"] = IsEvaluationPending,
            ["save_pending"] = IsSavePending,
        },
    };

    /// <param name="state">The state of the checkpoint.</param>
    /// <param name="globalStep">The number of completed steps of the checkpoint.</param>
    /// <param name="plan">The steps of the run that resumes it.</param>
    /// <param name="isStream">Whether the training rows are a stream.</param>
    /// <param name="checksRows">Whether the runs must have the same rows.</param>
    /// <param name="folder">The folder of the checkpoint, for messages.</param>
    /// <exception cref="CheckpointException">
    /// The checkpoint does not contain this state, a value is invalid, or its run has another number of rows or of steps per epoch.
    /// </exception>
    internal void LoadState(JsonObject? state, int globalStep, StepPlan plan, bool isStream, bool checksRows, string folder)
    {
        var json = new ConfigJson(state ?? throw new CheckpointException($"The checkpoint '{folder}' cannot be resumed: "
            + $"its trainer_state.json has no entry '{Name}'. Load the model of the checkpoint and start a new run."), Name);
        var args = json.GetSection("args");
        RunId = args?.GetStringOrNull("run_id") ?? RunId;
        if (checksRows) RequireSameRows(args, plan, isStream, folder);
        var attributes = json.GetSection("attributes") ?? throw new CheckpointException($"The checkpoint '{folder}' cannot be resumed: "
            + $"'{Name}' in its trainer_state.json has no 'attributes'. Load the model of the checkpoint and start a new run.");
        (Epoch, UpdatesInEpoch) = (attributes.GetCount("epoch"), attributes.GetCount("updates_in_epoch"));
        (GradientNorm, LearningRate) = ((float)attributes.GetDouble("grad_norm"), attributes.GetDouble("learning_rate"));
        (_lossSinceLog, _loggedLoss, _lastLoggedStep) = ((float)attributes.GetDouble("loss_since_log"), attributes.GetDouble("logged_loss"),
            attributes.GetCount("last_logged_step"));
        _stepsWithoutLoss = Math.Min(attributes.GetCount("steps_without_loss", 0), globalStep);
        if (_lastLoggedStep > globalStep)
            throw attributes.Wrong("last_logged_step", $"an integer that is not greater than 'global_step' ({globalStep})");
        if (checksRows && UpdatesInEpoch > plan.UpdatesPerEpoch)
            throw attributes.Wrong(
                "updates_in_epoch", $"an integer that is not greater than the number of steps per epoch ({plan.UpdatesPerEpoch})");
        (IsEvaluationPending, IsSavePending) = (attributes.GetBool("evaluation_pending", false), attributes.GetBool("save_pending", false));
    }

    /// <summary>Continues a run of transformers, whose checkpoint contains only the step, the epoch and the log.</summary>
    /// <remarks>
    /// As in transformers, a run whose checkpoint is at the end of an epoch continues with the next epoch, and the losses since the last
    /// log entry are not known.
    /// </remarks>
    /// <param name="saved">The state of the checkpoint.</param>
    /// <param name="plan">The steps of the run that resumes it.</param>
    /// <param name="accumulation">The number of batches of a step.</param>
    /// <param name="checksRows">Whether the runs must have the same rows.</param>
    /// <param name="folder">The folder of the checkpoint, for messages.</param>
    /// <exception cref="CheckpointException">The run of the checkpoint had another number of batches or of steps per epoch.</exception>
    internal void ContinueAfter(TrainerState saved, StepPlan plan, int accumulation, bool checksRows, string folder)
    {
        (Epoch, UpdatesInEpoch) = Math.DivRem(saved.GlobalStep, plan.UpdatesPerEpoch);
        var epoch = Epoch + Math.Min((double)UpdatesInEpoch * accumulation / plan.BatchesPerEpoch, 1);
        if (checksRows && plan.Rows is not null && Math.Abs(epoch - saved.Epoch) > 1e-6)
            throw new CheckpointException($"The run of checkpoint '{folder}' was at epoch {Number(saved.Epoch)} after step "
                + $"{saved.GlobalStep}, but this run would be at epoch {Number(epoch)} after this step. Resume with the same "
                + "training rows, PerDeviceTrainBatchSize, GradientAccumulationSteps and DataloaderDropLast; or set IgnoreDataSkip to "
                + "true, so that the epoch starts at the first row.");
        var previous = 0;
        foreach (var entry in saved.Log)
            if (entry.TryGetValue("loss", out var loss) && entry.TryGetValue("step", out var step) && step > previous
                && step <= saved.GlobalStep)
            {
                _loggedLoss += loss * (step - previous);
                previous = (int)step;
            }
        (_lastLoggedStep, _stepsWithoutLoss) = (saved.GlobalStep, saved.GlobalStep - previous);
    }

    private static void RequireSameRows(ConfigJson? args, StepPlan plan, bool isStream, string folder)
    {
        if ((args?.GetBool("stream", false) ?? false) != isStream)
            throw new CheckpointException($"The run of checkpoint '{folder}' has {(isStream ? "a dataset" : "a stream")} as training data, "
                + $"but this run has {(isStream ? "a stream" : "a dataset")}. Resume with the same training data, or load the model of the "
                + "checkpoint and start a new run.");
        var savedRows = args?.GetDoubleOrNull("rows");
        if (args?.Fields.Any(field => field.Key == "rows") == true && savedRows != plan.Rows)
            throw new CheckpointException($"The run of checkpoint '{folder}' has {Rows(savedRows, "training row")}, but this run has "
                + $"{Rows(plan.Rows, "row")}. Resume with the same rows, or load the model of the checkpoint and start a new run.");
        if (plan.Rows is null) return;
        var saved = args?.GetIntOrNull("updates_per_epoch") ?? 0;
        if (saved != plan.UpdatesPerEpoch)
            throw new CheckpointException(
                $"The run of checkpoint '{folder}' has {Quantity.Of(saved, "optimizer step")} per epoch, but this run has "
                + $"{plan.UpdatesPerEpoch}. Resume with the same training rows, PerDeviceTrainBatchSize and GradientAccumulationSteps, "
                + "or load the model of the checkpoint and start a new run.");
    }

    private static string Rows(double? count, string noun) =>
        $"{(count is { } known ? Number(known) : "an unknown number of")} {noun}{(count == 1 ? "" : "s")}";

    private static string Number(double value) => value.ToString(_invariant);
}
