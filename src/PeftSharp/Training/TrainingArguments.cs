using PeftSharp.Optimization;

namespace PeftSharp.Training;

/// <summary>What a training run is told: transformers 5's <c>TrainingArguments</c>, with its names and defaults in C# case.</summary>
/// <remarks>Values are checked together when a <see cref="Trainer"/> is made, before anything runs.</remarks>
public sealed record TrainingArguments
{
    /// <summary>Default values and the folder for checkpoints.</summary>
    public TrainingArguments(string outputDir = "trainer_output") => OutputDir = outputDir;

    // ---- the run ----

    /// <summary>Folder of the checkpoints; made where it is absent. Default <c>trainer_output</c>.</summary>
    public string OutputDir { get; init; }

    /// <summary>How often the data is seen; a fraction is allowed. Default 3.</summary>
    public double NumTrainEpochs { get; init; } = 3;

    /// <summary>Optimizer steps of the run; above 0 it takes the place of <see cref="NumTrainEpochs"/>. Default -1.</summary>
    public int MaxSteps { get; init; } = -1;

    /// <summary>Start of every random stream. Default 42.</summary>
    public long Seed { get; init; } = 42;

    /// <summary>Start of the order of the rows. Null: <see cref="Seed"/>.</summary>
    public long? DataSeed { get; init; }

    /// <summary>Whether to stay on the processor where there is a GPU. Default false.</summary>
    public bool UseCpu { get; init; }

    /// <summary>Whether layers compute in bfloat16 from float32 weights, as PyTorch's autocast does; weights, optimizer, checkpoints and losses stay float32. Default false.</summary>
    public bool Bf16 { get; init; }

    // ---- batches ----

    /// <summary>Rows of a forward pass while training. Default 8.</summary>
    public int PerDeviceTrainBatchSize { get; init; } = 8;

    /// <summary>Rows of a forward pass while evaluating. Default 8.</summary>
    public int PerDeviceEvalBatchSize { get; init; } = 8;

    /// <summary>Batches whose gradients are added up for one optimizer step. Default 1.</summary>
    public int GradientAccumulationSteps { get; init; } = 1;

    /// <summary>Whether a last batch that is not full is left out, in training and, as in transformers, in evaluation; never in <see cref="Trainer.Predict"/>. Default false.</summary>
    public bool DataloaderDropLast { get; init; }

    /// <summary>
    /// Batches that are made ahead, each on another thread, while those before are in use: worth it where a batch takes long to make, or a GPU waits for it. 0 (default): each is made when its turn comes.
    /// The numbers are the same; a collator that draws random numbers (<see cref="IDataCollator.DrawsRandomNumbers"/>) makes its batches in their turn.
    /// </summary>
    public int DataloaderNumWorkers { get; init; }

    /// <summary>Order of the training rows. Default random.</summary>
    public SamplingStrategy TrainSamplingStrategy { get; init; } = SamplingStrategy.Random;

    /// <summary>Column with the length of each training row, for <see cref="SamplingStrategy.GroupByLength"/>. If the data has no such column, the number of <c>input_ids</c> is used. Default <c>length</c>.</summary>
    public string LengthColumnName { get; init; } = "length";

    /// <summary>
    /// Whether columns that the model does not read are left out. Default true. If false, a collator of your own gets the rows with all columns under their own names, so it can tokenize text itself;
    /// the library's collators make tensors of all columns, for a loss of your own (<c>computeLoss</c>). Without either, a column that the model does not read is an error.
    /// </summary>
    public bool RemoveUnusedColumns { get; init; } = true;

    // ---- the optimizer and its rate ----

    /// <summary>Learning rate after the warm-up. Default 5e-5.</summary>
    public double LearningRate { get; init; } = 5e-5;

    /// <summary>Decoupled decay of weights, not of biases and norms. Default 0.</summary>
    public double WeightDecay { get; init; }

    /// <summary>Decay of Adam's mean of gradients. Default 0.9.</summary>
    public double AdamBeta1 { get; init; } = 0.9;

    /// <summary>Decay of Adam's mean of squared gradients. Default 0.999.</summary>
    public double AdamBeta2 { get; init; } = 0.999;

    /// <summary>Added to Adam's denominator. Default 1e-8.</summary>
    public double AdamEpsilon { get; init; } = 1e-8;

    /// <summary>Longest gradient over all parameters; a longer one is scaled down. 0: never. Default 1.</summary>
    public double MaxGradNorm { get; init; } = 1;

    /// <summary>Which optimizer. Default AdamW.</summary>
    public OptimizerNames Optim { get; init; } = OptimizerNames.AdamwTorchFused;

    /// <summary>
    /// Options of the optimizer as <c>name=value</c> pairs separated by commas, such as <c>momentum=0.9,nesterov=True</c>: <c>momentum</c>, <c>dampening</c>, <c>nesterov</c> for SGD;
    /// <c>momentum</c>, <c>alpha</c>, <c>eps</c>, <c>centered</c> for RMSprop; <c>lr_decay</c>, <c>eps</c> for Adagrad. An unknown option is an error. Default null: the optimizer's defaults.
    /// </summary>
    public string? OptimArgs { get; init; }

    /// <summary>How the learning rate changes over the run. Default linear, down to 0.</summary>
    public SchedulerType LrSchedulerType { get; init; } = SchedulerType.Linear;

    /// <summary>Options of the schedule in addition to the warmup, such as <c>new() { NumCycles = 2 }</c>. Default null: the defaults of the schedule. An option that the schedule does not read is an error.</summary>
    public LrSchedulerOptions? LrSchedulerKwargs { get; init; }

    /// <summary>The number of steps in which the learning rate rises from 0, or a share of all steps, such as 0.1. Default 0.</summary>
    public StepsOrRatio WarmupSteps { get; init; }

    // ---- logging ----

    /// <summary>When the loss is logged. Default by steps.</summary>
    public IntervalStrategy LoggingStrategy { get; init; } = IntervalStrategy.Steps;

    /// <summary>The number of steps between two log lines, or a share of all steps, such as 0.1. Default 500.</summary>
    public StepsOrRatio LoggingSteps { get; init; } = 500;

    /// <summary>Whether the first step is logged too. Default false.</summary>
    public bool LoggingFirstStep { get; init; }

    /// <summary>Where log lines are written in addition to the logger and the callbacks. Default nowhere else.</summary>
    public ReportTo ReportTo { get; init; } = ReportTo.None;

    /// <summary>The folder of the files of <see cref="ReportTo.TensorBoard"/>. Default null: <c>runs</c> in <see cref="OutputDir"/>.</summary>
    public string? LoggingDir { get; init; }

    // ---- evaluation ----

    /// <summary>When the evaluation data is looked at. Default never.</summary>
    public IntervalStrategy EvalStrategy { get; init; } = IntervalStrategy.No;

    /// <summary>The number of steps between two evaluations, or a share of all steps, such as 0.1. Default null: <see cref="LoggingSteps"/>.</summary>
    public StepsOrRatio? EvalSteps { get; init; }

    /// <summary>Epochs (or steps, by <see cref="EvalStrategy"/>) before the first evaluation. Default 0.</summary>
    public double EvalDelay { get; init; }

    /// <summary>Whether to evaluate once before training, which also shows early that it works. Default false.</summary>
    public bool EvalOnStart { get; init; }

    /// <summary>Whether predictions are dropped and only the loss is computed. Default false.</summary>
    public bool PredictionLossOnly { get; init; }

    // ---- checkpoints ----

    /// <summary>When a checkpoint is written. Default by steps.</summary>
    public SaveStrategy SaveStrategy { get; init; } = SaveStrategy.Steps;

    /// <summary>The number of steps between two checkpoints, or a share of all steps, such as 0.1. Default 500.</summary>
    public StepsOrRatio SaveSteps { get; init; } = 500;

    /// <summary>Checkpoints that are kept; the newest and the best always are. Null: all.</summary>
    public int? SaveTotalLimit { get; init; }

    /// <summary>Whether a checkpoint contains the model only, so that it cannot be resumed. Default false.</summary>
    public bool SaveOnlyModel { get; init; }

    /// <summary>
    /// Whether a run that is cancelled (by its <see cref="CancellationToken"/>) writes a checkpoint of its last finished step before the exception is thrown, whatever <see cref="SaveStrategy"/> says. Default false.
    /// An evaluation that is interrupted is repeated when the checkpoint is resumed, so the resumed run is the uninterrupted one.
    /// </summary>
    public bool SaveOnCancel { get; init; }

    /// <summary>Whether the best checkpoint's weights are in the model after training. Default false.</summary>
    public bool LoadBestModelAtEnd { get; init; }

    /// <summary>Metric that says which checkpoint is best, with or without <c>eval_</c>. Null: <c>loss</c> where <see cref="LoadBestModelAtEnd"/>, <see cref="Training.SaveStrategy.Best"/> or <see cref="SchedulerType.ReduceLrOnPlateau"/> needs one.</summary>
    public string? MetricForBestModel { get; init; }

    /// <summary>Whether a greater metric is better. Null: unless its name ends in <c>loss</c>.</summary>
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
