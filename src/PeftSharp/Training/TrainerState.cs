namespace PeftSharp.Training;

/// <summary>
/// The state of a run (transformers' <c>TrainerState</c>). Checkpoints store it as <c>trainer_state.json</c> in the schema of transformers.
/// </summary>
/// <remarks>Not thread-safe: use an instance from one thread at a time.</remarks>
public sealed class TrainerState
{
    /// <summary>The number of completed epochs, including the completed fraction of the current epoch.</summary>
    public double Epoch { get; internal set; }

    /// <summary>The number of completed optimizer steps.</summary>
    public int GlobalStep { get; internal set; }

    /// <summary>The number of optimizer steps of the run.</summary>
    public int MaxSteps { get; internal set; }

    /// <summary>
    /// The number of epochs of the run, rounded up; <see cref="int.MaxValue"/> for a stream whose number of rows is not known.
    /// </summary>
    public int NumTrainEpochs { get; internal set; }

    /// <summary>The number of rows in a training batch.</summary>
    public int TrainBatchSize { get; internal set; }

    /// <summary>The number of steps between two log entries, for <see cref="IntervalStrategy.Steps"/>.</summary>
    public int LoggingSteps { get; internal set; }

    /// <summary>The number of steps between two evaluations, for <see cref="IntervalStrategy.Steps"/>.</summary>
    public int EvalSteps { get; internal set; }

    /// <summary>The number of steps between two checkpoints, for <see cref="SaveStrategy.Steps"/>.</summary>
    public int SaveSteps { get; internal set; }

    /// <summary>
    /// The best value so far of <see cref="TrainingArguments.MetricForBestModel"/>; null if there is none, for example before the first
    /// evaluation.
    /// </summary>
    public double? BestMetric { get; internal set; }

    /// <summary>
    /// The optimizer step of <see cref="BestMetric"/>; null if <see cref="BestMetric"/> is null, or
    /// <see cref="TrainingArguments.SaveStrategy"/> is <see cref="SaveStrategy.No"/>.
    /// </summary>
    public int? BestGlobalStep { get; internal set; }

    /// <summary>
    /// The folder of the best checkpoint; null if there is none. If <see cref="BestGlobalStep"/> was not saved, the folder is the
    /// checkpoint of an earlier step that was the best step when it was saved.
    /// </summary>
    public string? BestModelCheckpoint { get; internal set; }

    /// <summary>
    /// The estimated number of floating-point operations so far: 6 · number of tokens · number of weights. The weights of the embeddings
    /// are not counted. If the main input of the model is not token ids, its values are counted instead of tokens.
    /// </summary>
    public double TotalFlos { get; internal set; }

    /// <summary>
    /// All log entries in order, with the keys of transformers. The entry of a training step has <c>loss</c>, <c>grad_norm</c> and
    /// <c>learning_rate</c>; the entry of an evaluation has <c>eval_…</c>; the entry at the end of a run has <c>train_loss</c>,
    /// <c>train_runtime</c> and others. Each entry also has <c>epoch</c> and <c>step</c>.
    /// </summary>
    public IReadOnlyList<IReadOnlyDictionary<string, double>> LogHistory => Log;

    internal List<IReadOnlyDictionary<string, double>> Log { get; } = [];

    /// <summary>The saved states of the callbacks, by class name.</summary>
    internal Dictionary<string, System.Text.Json.Nodes.JsonObject> CallbackStates { get; } = new(StringComparer.Ordinal);
}
