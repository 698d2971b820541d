namespace PeftSharp.Training;

/// <summary>The state of a run: the content of <c>trainer_state.json</c>, in transformers' schema.</summary>
/// <remarks>Not thread-safe: use an instance from one thread at a time.</remarks>
public sealed class TrainerState
{
    /// <summary>The number of epochs done, with a fraction for the current one.</summary>
    public double Epoch { get; internal set; }

    /// <summary>The number of optimizer steps done.</summary>
    public int GlobalStep { get; internal set; }

    /// <summary>The number of optimizer steps of the run.</summary>
    public int MaxSteps { get; internal set; }

    /// <summary>The number of epochs of the run, rounded up.</summary>
    public int NumTrainEpochs { get; internal set; }

    /// <summary>The number of rows in a training batch.</summary>
    public int TrainBatchSize { get; internal set; }

    /// <summary>The number of steps between two log lines.</summary>
    public int LoggingSteps { get; internal set; }

    /// <summary>The number of steps between two evaluations.</summary>
    public int EvalSteps { get; internal set; }

    /// <summary>The number of steps between two checkpoints.</summary>
    public int SaveSteps { get; internal set; }

    /// <summary>The best value so far of <see cref="TrainingArguments.MetricForBestModel"/>; null before the first evaluation.</summary>
    public double? BestMetric { get; internal set; }

    /// <summary>The step of the best value.</summary>
    public int? BestGlobalStep { get; internal set; }

    /// <summary>The folder of the best checkpoint.</summary>
    public string? BestModelCheckpoint { get; internal set; }

    /// <summary>Floating point operations so far, 6 for each token and weight, embeddings not counted.</summary>
    public double TotalFlos { get; internal set; }

    /// <summary>Every log line in order, by transformers' keys: <c>loss</c>, <c>grad_norm</c>, <c>learning_rate</c>, <c>eval_…</c>, <c>epoch</c>, <c>step</c>.</summary>
    public IReadOnlyList<IReadOnlyDictionary<string, double>> LogHistory => Log;

    internal List<IReadOnlyDictionary<string, double>> Log { get; } = [];

    /// <summary>State of callbacks that outlive the process, by the callback's name.</summary>
    internal Dictionary<string, System.Text.Json.Nodes.JsonObject> CallbackStates { get; } = new(StringComparer.Ordinal);
}
