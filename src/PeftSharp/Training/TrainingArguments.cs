using PeftSharp.Optimization;

namespace PeftSharp.Training;

/// <summary>The arguments of a training run: those of transformers 5's <c>TrainingArguments</c>, with its defaults and its names in C# case.</summary>
/// <remarks>Values are checked together when a <see cref="Trainer"/> is made, before anything runs.</remarks>
public sealed record TrainingArguments
{
    /// <summary>Arguments with default values.</summary>
    /// <param name="outputDir">The folder of the checkpoints; see <see cref="OutputDir"/>.</param>
    public TrainingArguments(string outputDir = "trainer_output") => OutputDir = outputDir;

    // ---- the run ----

    /// <summary>The folder of the checkpoints; created if it does not exist. Default <c>trainer_output</c>.</summary>
    public string OutputDir { get; init; }

    /// <summary>The number of epochs (passes over the training data); may be a fraction. Default 3.</summary>
    public double NumTrainEpochs { get; init; } = 3;

    /// <summary>The number of optimizer steps of the run; if above 0, <see cref="NumTrainEpochs"/> is ignored. Default -1.</summary>
    public int MaxSteps { get; init; } = -1;

    /// <summary>The seed of all random numbers of the run. Default 42.</summary>
    public long Seed { get; init; } = 42;

    /// <summary>The seed of the order of the training rows. Default null: <see cref="Seed"/>.</summary>
    public long? DataSeed { get; init; }

    /// <summary>Whether to train on the CPU even if there is a GPU. Default false.</summary>
    public bool UseCpu { get; init; }

    /// <summary>Whether layers compute in bfloat16 from float32 weights, as PyTorch's autocast does; weights, optimizer, checkpoints and losses stay float32. Default false.</summary>
    public bool Bf16 { get; init; }

    // ---- batches ----

    /// <summary>The number of rows in a training batch. Default 8.</summary>
    public int PerDeviceTrainBatchSize { get; init; } = 8;

    /// <summary>The number of rows in an evaluation batch. Default 8.</summary>
    public int PerDeviceEvalBatchSize { get; init; } = 8;

    /// <summary>The number of batches whose gradients are accumulated for one optimizer step. Default 1.</summary>
    public int GradientAccumulationSteps { get; init; } = 1;

    /// <summary>Whether an incomplete last batch is dropped in training and, as in transformers, in evaluation; it is never dropped in <see cref="Trainer.Predict"/>. Default false.</summary>
    public bool DataloaderDropLast { get; init; }

    /// <summary>
    /// The number of batches that are collated ahead, each on another thread. Useful if collating a batch takes long, or a GPU waits for it. Default 0: each batch is collated when it is needed.
    /// The results are the same; a collator that draws random numbers (<see cref="IDataCollator.DrawsRandomNumbers"/>) still collates one batch after the other.
    /// </summary>
    public int DataloaderNumWorkers { get; init; }

    /// <summary>The order of the training rows. Default random.</summary>
    public SamplingStrategy TrainSamplingStrategy { get; init; } = SamplingStrategy.Random;

    /// <summary>The column with the length of each training row, for <see cref="SamplingStrategy.GroupByLength"/>. If the data has no such column, the number of <c>input_ids</c> is used. Default <c>length</c>.</summary>
    public string LengthColumnName { get; init; } = "length";

    /// <summary>
    /// Whether columns that the model does not read are removed. Default true. If false, a collator of your own gets the rows with all columns under their own names, so it can tokenize text itself;
    /// the library's collators make tensors of all columns, for a loss of your own (<c>computeLoss</c>). Without either, a column that the model does not read is an error.
    /// </summary>
    public bool RemoveUnusedColumns { get; init; } = true;

    // ---- the optimizer and its rate ----

    /// <summary>The learning rate after the warmup. Default 5e-5.</summary>
    public double LearningRate { get; init; } = 5e-5;

    /// <summary>The decoupled weight decay, which is not applied to biases and normalization layers. Default 0.</summary>
    public double WeightDecay { get; init; }

    /// <summary>The decay rate of Adam's mean of gradients. Default 0.9.</summary>
    public double AdamBeta1 { get; init; } = 0.9;

    /// <summary>The decay rate of Adam's mean of squared gradients. Default 0.999.</summary>
    public double AdamBeta2 { get; init; } = 0.999;

    /// <summary>The term added to Adam's denominator. Default 1e-8.</summary>
    public double AdamEpsilon { get; init; } = 1e-8;

    /// <summary>The maximum L2 norm of all gradients together (gradient clipping). 0 disables clipping. Default 1.</summary>
    public double MaxGradNorm { get; init; } = 1;

    /// <summary>The optimizer. Default AdamW.</summary>
    public OptimizerNames Optim { get; init; } = OptimizerNames.AdamwTorchFused;

    /// <summary>
    /// Options of the optimizer, such as <c>new() { Momentum = 0.9 }</c> for SGD. Default null: the defaults of the optimizer. An option
    /// that the optimizer does not use is an error.
    /// </summary>
    public OptimizerOptions? OptimArgs { get; init; }

    /// <summary>The learning-rate schedule. Default linear, down to 0.</summary>
    public SchedulerType LrSchedulerType { get; init; } = SchedulerType.Linear;

    /// <summary>Options of the schedule in addition to the warmup, such as <c>new() { NumCycles = 2 }</c>. Default null: the defaults of the schedule. An option that the schedule does not read is an error.</summary>
    public LrSchedulerOptions? LrSchedulerKwargs { get; init; }

    /// <summary>The number of steps in which the learning rate rises from 0, or a share of all steps, such as 0.1. Default 0.</summary>
    public StepsOrRatio WarmupSteps { get; init; }

    // ---- logging ----

    /// <summary>When the loss is logged. Default every <see cref="LoggingSteps"/> steps.</summary>
    public IntervalStrategy LoggingStrategy { get; init; } = IntervalStrategy.Steps;

    /// <summary>The number of steps between two log lines, or a share of all steps, such as 0.1. Default 500.</summary>
    public StepsOrRatio LoggingSteps { get; init; } = 500;

    /// <summary>Whether the first step is also logged. Default false.</summary>
    public bool LoggingFirstStep { get; init; }

    /// <summary>Where log lines are written in addition to the logger and the callbacks. Default nowhere else.</summary>
    public ReportTo ReportTo { get; init; } = ReportTo.None;

    /// <summary>The folder of the files of <see cref="ReportTo.TensorBoard"/>. Default null: <c>runs</c> in <see cref="OutputDir"/>.</summary>
    public string? LoggingDir { get; init; }

    // ---- evaluation ----

    /// <summary>When the model is evaluated. Default never.</summary>
    public IntervalStrategy EvalStrategy { get; init; } = IntervalStrategy.No;

    /// <summary>The number of steps between two evaluations, or a share of all steps, such as 0.1. Default null: <see cref="LoggingSteps"/>.</summary>
    public StepsOrRatio? EvalSteps { get; init; }

    /// <summary>The number of epochs (or steps, depending on <see cref="EvalStrategy"/>) before the first evaluation. Default 0.</summary>
    public double EvalDelay { get; init; }

    /// <summary>Whether to evaluate once before the first step, for example to find errors in the evaluation early. Default false.</summary>
    public bool EvalOnStart { get; init; }

    /// <summary>Whether an evaluation computes only the loss and keeps no predictions for metrics. Default false.</summary>
    public bool PredictionLossOnly { get; init; }

    // ---- checkpoints ----

    /// <summary>When a checkpoint is written. Default every <see cref="SaveSteps"/> steps.</summary>
    public SaveStrategy SaveStrategy { get; init; } = SaveStrategy.Steps;

    /// <summary>The number of steps between two checkpoints, or a share of all steps, such as 0.1. Default 500.</summary>
    public StepsOrRatio SaveSteps { get; init; } = 500;

    /// <summary>The maximum number of checkpoints that are kept; the newest and the best are always kept. Default null: all.</summary>
    public int? SaveTotalLimit { get; init; }

    /// <summary>Whether a checkpoint contains the model only, so that it cannot be resumed. Default false.</summary>
    public bool SaveOnlyModel { get; init; }

    /// <summary>
    /// Whether a run that is cancelled (by its <see cref="CancellationToken"/>) writes a checkpoint of its last finished step before the exception is thrown, whatever <see cref="SaveStrategy"/> says. Default false.
    /// An evaluation that is interrupted is repeated when the checkpoint is resumed, so the resumed run is the uninterrupted one.
    /// </summary>
    public bool SaveOnCancel { get; init; }

    /// <summary>Whether the weights of the best checkpoint are loaded at the end of training. Default false.</summary>
    public bool LoadBestModelAtEnd { get; init; }

    /// <summary>The metric that decides which checkpoint is best, with or without <c>eval_</c>. Default null: <c>loss</c> where <see cref="LoadBestModelAtEnd"/>, <see cref="Training.SaveStrategy.Best"/> or <see cref="SchedulerType.ReduceLrOnPlateau"/> needs one.</summary>
    public string? MetricForBestModel { get; init; }

    /// <summary>Whether a higher metric is better. Default null: true unless its name ends in <c>loss</c>.</summary>
    public bool? GreaterIsBetter { get; init; }

    // ---- an older name ----

    /// <summary>The name of <see cref="EvalStrategy"/> in transformers 4.</summary>
    public IntervalStrategy EvaluationStrategy { get => EvalStrategy; init => EvalStrategy = value; }

    // ---- resolved ----

    /// <summary>The metric that decides, resolved: with <c>eval_</c>; null where none is needed.</summary>
    internal string? BestMetric => (MetricForBestModel ?? (LoadBestModelAtEnd || SaveStrategy == SaveStrategy.Best || LrSchedulerType == SchedulerType.ReduceLrOnPlateau ? "loss" : null)) is not { } name ? null
        : name.StartsWith("eval_", StringComparison.Ordinal) ? name : $"eval_{name}";

    /// <summary>Whether a greater metric is better, resolved.</summary>
    internal bool IsGreaterBetter => GreaterIsBetter ?? !(BestMetric ?? "loss").EndsWith("loss", StringComparison.Ordinal);
}
