using System.Text.Json.Nodes;
using PeftSharp.Serialization;

namespace PeftSharp.Training.Loop;

/// <summary>What a run must know to go on as if nothing had happened and <c>trainer_state.json</c> has no field for: its place in the epoch and the losses not yet logged.</summary>
internal sealed class RunProgress
{
    /// <summary>Under this name it lies among the callbacks' states, where transformers passes over what it does not know.</summary>
    internal const string Name = "RunProgress";

    private static readonly System.Globalization.CultureInfo _invariant = System.Globalization.CultureInfo.InvariantCulture;
    private float _lossSinceLog;
    private double _loggedLoss;
    private int _lastLoggedStep;

    /// <summary>Identifies the run over all its processes: a resumed run keeps it.</summary>
    internal string RunId { get; private set; } = $"{Guid.NewGuid():N}";

    /// <summary>The epoch that goes on or comes next, from 0.</summary>
    internal int Epoch { get; private set; }

    /// <summary>Optimizer steps done in it; all of them where its end is still to be told.</summary>
    internal int UpdatesInEpoch { get; private set; }

    /// <summary>Length of the last step's gradient before clipping.</summary>
    internal float GradientNorm { get; set; }

    /// <summary>Learning rate of the last step.</summary>
    internal double LearningRate { get; set; }

    /// <summary>Loss of the last step of this process.</summary>
    internal float LastLoss { get; private set; }

    /// <summary>Whether the run was cancelled during the evaluation after its last step, which a resumed run repeats.</summary>
    internal bool IsEvaluationPending { get; set; }

    /// <summary>Whether a checkpoint was due after that evaluation.</summary>
    internal bool IsSavePending { get; set; }

    internal void EndStep() => UpdatesInEpoch++;

    internal void EndEpoch() => (Epoch, UpdatesInEpoch) = (Epoch + 1, 0);

    /// <summary>Counts the loss of a step.</summary>
    internal void AddLoss(float loss) => (LastLoss, _lossSinceLog) = (loss, _lossSinceLog + loss);

    /// <summary>Whether a step was done since the last log.</summary>
    internal bool HasNewLoss(int step) => step > _lastLoggedStep;

    /// <summary>Mean loss of the steps since the last log; counting begins anew.</summary>
    internal double TakeLoss(int step)
    {
        var mean = (double)_lossSinceLog / (step - _lastLoggedStep);
        _loggedLoss += _lossSinceLog;
        (_lossSinceLog, _lastLoggedStep) = (0, step);
        return mean;
    }

    /// <summary>Mean loss of all steps.</summary>
    internal double MeanLoss(int steps) => (_loggedLoss + _lossSinceLog) / Math.Max(steps, 0.001);

    /// <param name="updatesPerEpoch">Steps of a whole epoch.</param>
    /// <param name="rows">Training rows.</param>
    /// <param name="cutsEpoch">Whether a callback has asked to go on with the next epoch after this step.</param>
    internal JsonObject SaveState(int updatesPerEpoch, int rows, bool cutsEpoch) => new()
    {
        ["args"] = new JsonObject { ["updates_per_epoch"] = updatesPerEpoch, ["rows"] = rows, ["run_id"] = RunId, ["saved_at"] = DateTime.UtcNow.ToString("O", _invariant) },
        ["attributes"] = new JsonObject
        {
            ["epoch"] = Epoch,
            ["updates_in_epoch"] = cutsEpoch && UpdatesInEpoch > 0 ? updatesPerEpoch : UpdatesInEpoch,
            ["grad_norm"] = (double)GradientNorm,
            ["learning_rate"] = LearningRate,
            ["loss_since_log"] = (double)_lossSinceLog,
            ["logged_loss"] = _loggedLoss,
            ["last_logged_step"] = _lastLoggedStep,
            ["evaluation_pending"] = IsEvaluationPending,
            ["save_pending"] = IsSavePending,
        },
    };

    /// <exception cref="CheckpointException">The checkpoint has no such state, or its epochs have another number of steps.</exception>
    internal void LoadState(JsonObject? state, int updatesPerEpoch, int rows, string folder)
    {
        var json = new ConfigJson(state ?? throw new CheckpointException($"'{folder}' does not say where in the epoch its run stood ('{Name}' in trainer_state.json). Load its model and begin a new run."), Name);
        var args = json.GetSection("args");
        RunId = args?.GetStringOrNull("run_id") ?? RunId;
        if (args?.GetIntOrNull("rows") is { } savedRows && savedRows != rows)
            throw new CheckpointException($"The run of '{folder}' had {savedRows} training rows, this one has {rows}. Resume with the same rows, or load its model and begin a new run.");
        var saved = args?.GetInt("updates_per_epoch") ?? 0;
        if (saved != updatesPerEpoch)
            throw new CheckpointException($"The run of '{folder}' had {saved} optimizer steps an epoch, this one has {updatesPerEpoch}. Resume with the same training rows, PerDeviceTrainBatchSize and GradientAccumulationSteps, or load its model and begin a new run.");
        var attributes = json.GetSection("attributes") ?? throw new CheckpointException($"'{folder}': '{Name}' in trainer_state.json has no 'attributes'.");
        (Epoch, UpdatesInEpoch) = (attributes.GetInt("epoch"), attributes.GetInt("updates_in_epoch"));
        (GradientNorm, LearningRate) = ((float)attributes.GetDouble("grad_norm"), attributes.GetDouble("learning_rate"));
        (_lossSinceLog, _loggedLoss, _lastLoggedStep) = ((float)attributes.GetDouble("loss_since_log"), attributes.GetDouble("logged_loss"), attributes.GetInt("last_logged_step"));
        (IsEvaluationPending, IsSavePending) = (attributes.GetBool("evaluation_pending", false), attributes.GetBool("save_pending", false));
    }
}
