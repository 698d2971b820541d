using System.Text.Json.Nodes;
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
    private int _lastLoggedStep;

    /// <summary>The id of the run. A resumed run has the id of the run of its checkpoint.</summary>
    internal string RunId { get; private set; } = $"{Guid.NewGuid():N}";

    /// <summary>The current epoch, or the next one between two epochs; from 0.</summary>
    internal int Epoch { get; private set; }

    /// <summary>
    /// The number of completed optimizer steps of <see cref="Epoch"/>. It equals the steps per epoch until <see cref="EndEpoch"/> is
    /// called.
    /// </summary>
    internal int UpdatesInEpoch { get; private set; }

    /// <summary>The global L2 norm of the gradients of the last step before clipping.</summary>
    internal float GradientNorm { get; set; }

    /// <summary>The learning rate of the last step.</summary>
    internal double LearningRate { get; set; }

    /// <summary>The loss of the last step of this process.</summary>
    internal float LastLoss { get; private set; }

    /// <summary>
    /// Whether the run was cancelled during the evaluation after its last step, so that a resumed run must repeat the evaluation.
    /// </summary>
    internal bool IsEvaluationPending { get; set; }

    /// <summary>Whether a checkpoint was due after that evaluation.</summary>
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

    /// <summary>Returns the mean loss of all steps.</summary>
    internal double MeanLoss(int steps) => (_loggedLoss + _lossSinceLog) / Math.Max(steps, 0.001);

    /// <param name="updatesPerEpoch">The number of optimizer steps per epoch.</param>
    /// <param name="rows">The number of training rows.</param>
    /// <param name="endsEpoch">
    /// Whether a callback has ended the epoch after this step (<see cref="TrainerControl.ShouldEpochStop"/>).
    /// </param>
    internal JsonObject SaveState(int updatesPerEpoch, int rows, bool endsEpoch) => new()
    {
        ["args"] = new JsonObject
        {
            ["updates_per_epoch"] = updatesPerEpoch, ["rows"] = rows, ["run_id"] = RunId,
            ["saved_at"] = DateTime.UtcNow.ToString("O", _invariant),
        },
        ["attributes"] = new JsonObject
        {
            ["epoch"] = Epoch,
            ["updates_in_epoch"] = endsEpoch && UpdatesInEpoch > 0 ? updatesPerEpoch : UpdatesInEpoch,
            ["grad_norm"] = (double)GradientNorm,
            ["learning_rate"] = LearningRate,
            ["loss_since_log"] = (double)_lossSinceLog,
            ["logged_loss"] = _loggedLoss,
            ["last_logged_step"] = _lastLoggedStep,
            ["evaluation_pending"] = IsEvaluationPending,
            ["save_pending"] = IsSavePending,
        },
    };

    /// <exception cref="CheckpointException">
    /// The checkpoint has no such state, or its run has another number of rows or of steps per epoch.
    /// </exception>
    internal void LoadState(JsonObject? state, int updatesPerEpoch, int rows, string folder)
    {
        var json = new ConfigJson(state ?? throw new CheckpointException($"The checkpoint '{folder}' cannot be resumed: "
            + $"its trainer_state.json has no entry '{Name}'. Load the model of the checkpoint and start a new run."), Name);
        var args = json.GetSection("args");
        RunId = args?.GetStringOrNull("run_id") ?? RunId;
        if (args?.GetIntOrNull("rows") is { } savedRows && savedRows != rows)
            throw new CheckpointException($"The run of checkpoint '{folder}' has {savedRows} training rows, but this run has {rows}. "
                + "Resume with the same rows, or load the model of the checkpoint and start a new run.");
        var saved = args?.GetInt("updates_per_epoch") ?? 0;
        if (saved != updatesPerEpoch)
            throw new CheckpointException(
                $"The run of checkpoint '{folder}' has {saved} optimizer steps per epoch, but this run has {updatesPerEpoch}. Resume with "
                + "the same training rows, PerDeviceTrainBatchSize and GradientAccumulationSteps, or load the model of the "
                + "checkpoint and start a new run.");
        var attributes = json.GetSection("attributes") ?? throw new CheckpointException($"The checkpoint '{folder}' cannot be resumed: "
            + $"'{Name}' in its trainer_state.json has no 'attributes'. Load the model of the checkpoint and start a new run.");
        (Epoch, UpdatesInEpoch) = (attributes.GetInt("epoch"), attributes.GetInt("updates_in_epoch"));
        (GradientNorm, LearningRate) = ((float)attributes.GetDouble("grad_norm"), attributes.GetDouble("learning_rate"));
        (_lossSinceLog, _loggedLoss, _lastLoggedStep) = ((float)attributes.GetDouble("loss_since_log"), attributes.GetDouble("logged_loss"),
            attributes.GetInt("last_logged_step"));
        (IsEvaluationPending, IsSavePending) = (attributes.GetBool("evaluation_pending", false), attributes.GetBool("save_pending", false));
    }
}
