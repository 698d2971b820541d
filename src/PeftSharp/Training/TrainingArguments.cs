using System.Text.Json.Serialization;
using PeftSharp.Hub;
using PeftSharp.Optimization;

namespace PeftSharp.Training;

/// <summary>
/// The arguments of a training run. Arguments of transformers' <c>TrainingArguments</c> have the same name in PascalCase and the default of
/// transformers 5. Some properties, such as <see cref="SaveOnCancel"/>, have no counterpart in transformers.
/// </summary>
/// <remarks>The constructor of <see cref="Trainer"/> checks the values and reports all invalid values in one exception.</remarks>
public sealed record TrainingArguments
{
    private readonly IntervalStrategy? _evalStrategy;
    private readonly SaveStrategy? _saveStrategy;

    /// <summary>Creates arguments with default values.</summary>
    /// <param name="outputDir">The folder of the checkpoints (<see cref="OutputDir"/>). Default <c>trainer_output</c>.</param>
    public TrainingArguments(string outputDir = "trainer_output") => OutputDir = outputDir;

    // ---- the run ----

    /// <summary>The folder of the checkpoints; created if it does not exist. Default <c>trainer_output</c>.</summary>
    public string OutputDir { get; init; }

    /// <summary>The number of epochs (passes over the training data); may be a fraction. Default 3.</summary>
    public double NumTrainEpochs { get; init; } = 3;

    /// <summary>
    /// The number of optimizer steps of the run; if above 0, <see cref="NumTrainEpochs"/> is ignored. Default -1:
    /// <see cref="NumTrainEpochs"/> determines the number.
    /// </summary>
    public int MaxSteps { get; init; } = -1;

    /// <summary>The seed of the random number generators of the run. Default 42.</summary>
    public long Seed { get; init; } = 42;

    /// <summary>The seed of the row order of <see cref="SamplingStrategy.Random"/>. Default null: <see cref="Seed"/>.</summary>
    public long? DataSeed { get; init; }

    /// <summary>Whether to train on the CPU even if there is a GPU. Default false.</summary>
    public bool UseCpu { get; init; }

    /// <summary>
    /// Whether layers compute in bfloat16 with float32 weights (mixed precision), as PyTorch's autocast does. Weights, optimizer state,
    /// checkpoints and losses are float32. Default false.
    /// </summary>
    public bool Bf16 { get; init; }

    // ---- batches ----

    /// <summary>The number of rows in a training batch. Default 8.</summary>
    public int PerDeviceTrainBatchSize { get; init; } = 8;

    /// <summary>The number of rows in an evaluation batch. Default 8.</summary>
    public int PerDeviceEvalBatchSize { get; init; } = 8;

    /// <summary>The number of batches whose gradients are accumulated for one optimizer step. Default 1.</summary>
    public int GradientAccumulationSteps { get; init; } = 1;

    /// <summary>
    /// Whether an incomplete last batch is dropped in training and evaluation. An evaluation keeps the batch if it is the only one.
    /// <see cref="Trainer.Predict"/> does not drop rows. Default false.
    /// </summary>
    public bool DataloaderDropLast { get; init; }

    /// <summary>
    /// The number of batches that are prefetched on threads of the thread pool. Prefetching is useful if collating takes long, or a GPU
    /// waits for batches. Default 0: each batch is collated on the training thread when it is needed. The value does not change the
    /// results: batches of a collator that uses random numbers (<see cref="IDataCollator.DrawsRandomNumbers"/>) are not prefetched.
    /// </summary>
    public int DataloaderNumWorkers { get; init; }

    /// <summary>
    /// The order of the training rows. Default <see cref="SamplingStrategy.Random"/>. The rows of a stream
    /// (<see cref="Data.IterableDataset"/>) are read in the order of the stream instead; shuffle the stream with
    /// <see cref="Data.IterableDataset.Shuffle"/>.
    /// </summary>
    public SamplingStrategy TrainSamplingStrategy { get; init; } = SamplingStrategy.Random;

    /// <summary>
    /// The column with the length of each training row, for <see cref="SamplingStrategy.GroupByLength"/>. If the dataset has no such
    /// column, the number of <c>input_ids</c> is used. Default <c>length</c>.
    /// </summary>
    public string LengthColumnName { get; init; } = "length";

    /// <summary>
    /// Whether columns that the model does not read are removed. Default true. If false, a custom collator gets the rows with all columns
    /// under their original names, for example to tokenize text. If the loss is custom (<c>computeLoss</c>) but the collator is not, the
    /// loss gets all columns as tensors. With neither a custom collator nor a custom loss, the trainer throws a
    /// <see cref="DatasetException"/> for a column that the model does not read.
    /// </summary>
    public bool RemoveUnusedColumns { get; init; } = true;

    /// <summary>
    /// Whether a resumed run starts the epoch of the checkpoint at its first row again, instead of after the rows that were already
    /// processed. The weights, the optimizer state and the number of the step come from the checkpoint; the training data may be other data
    /// than before the interruption. Default false.
    /// </summary>
    public bool IgnoreDataSkip { get; init; }

    /// <summary>
    /// Whether checkpoints of transformers' trainer can be resumed. Their state files are pickle files, such as <c>optimizer.pt</c>,
    /// <c>scheduler.pt</c>, <c>rng_state.pth</c> and, in older checkpoints, <c>pytorch_model.bin</c>. Default false:
    /// <see cref="Trainer.Train"/> throws a <see cref="CheckpointException"/> for such a checkpoint.
    /// </summary>
    /// <remarks>
    /// In Python, a pickle file can run any code. PeftSharp reads only tensors and plain data, and rejects anything else
    /// (<see cref="Serialization.PyTorchFile"/>). <c>training_args.bin</c>, which contains Python objects, is not read: set the arguments
    /// of the Python run.
    /// </remarks>
    public bool AllowPickle { get; init; }

    // ---- optimizer and learning rate ----

    /// <summary>The learning rate after the warmup. Default 5e-5.</summary>
    public double LearningRate { get; init; } = 5e-5;

    /// <summary>
    /// The weight decay, which is not applied to biases and normalization layers. Default 0. AdamW and Adafactor apply it to the weights
    /// (decoupled weight decay); the other optimizers add it to the gradients (L2 penalty).
    /// </summary>
    public double WeightDecay { get; init; }

    /// <summary>Adam's β1, the decay rate of the first moment (the mean of the gradients). Default 0.9.</summary>
    public double AdamBeta1 { get; init; } = 0.9;

    /// <summary>Adam's β2, the decay rate of the second moment (the mean of the squared gradients). Default 0.999.</summary>
    public double AdamBeta2 { get; init; } = 0.999;

    /// <summary>Adam's ε, which is added to the denominator. Default 1e-8.</summary>
    public double AdamEpsilon { get; init; } = 1e-8;

    /// <summary>The maximum global L2 norm of the gradients (gradient clipping). 0 disables clipping. Default 1.</summary>
    public double MaxGradNorm { get; init; } = 1;

    /// <summary>The optimizer. Default <see cref="OptimizerName.AdamwTorchFused"/>.</summary>
    public OptimizerName Optim { get; init; } = OptimizerName.AdamwTorchFused;

    /// <summary>
    /// Options of the optimizer, such as <c>new() { Momentum = 0.9 }</c> for SGD. Default null: the defaults of the optimizer. The
    /// trainer throws an <see cref="ArgumentException"/> for an option that the optimizer does not use.
    /// </summary>
    public OptimizerOptions? OptimArgs { get; init; }

    /// <summary>The learning-rate schedule. Default <see cref="SchedulerType.Linear"/>, which decreases to 0.</summary>
    public SchedulerType LrSchedulerType { get; init; } = SchedulerType.Linear;

    /// <summary>
    /// Further options of the schedule, such as <c>new() { NumCycles = 2 }</c>. The trainer throws an <see cref="ArgumentException"/>
    /// for an option that the schedule does not have. Default null: the defaults of the schedule.
    /// </summary>
    public LrSchedulerOptions? LrSchedulerKwargs { get; init; }

    /// <summary>
    /// The number of warmup steps, or the ratio of warmup steps to the total steps, such as 0.1. During the warmup, the learning rate
    /// increases to <see cref="LearningRate"/>. Default 0. <see cref="SchedulerType.Constant"/> and
    /// <see cref="SchedulerType.ReduceLrOnPlateau"/> have no warmup.
    /// </summary>
    public StepsOrRatio WarmupSteps { get; init; }

    // ---- logging ----

    /// <summary>When the loss is logged. Default <see cref="IntervalStrategy.Steps"/>.</summary>
    public IntervalStrategy LoggingStrategy { get; init; } = IntervalStrategy.Steps;

    /// <summary>The number of steps between two log entries, or a ratio of the total steps, such as 0.1. Default 500.</summary>
    public StepsOrRatio LoggingSteps { get; init; } = 500;

    /// <summary>Whether the first step is also logged. Default false.</summary>
    public bool LoggingFirstStep { get; init; }

    /// <summary>Where log entries are written in addition to the logger and the callbacks. Default <see cref="ReportTo.None"/>.</summary>
    public ReportTo ReportTo { get; init; } = ReportTo.None;

    /// <summary>
    /// The folder of the TensorBoard event files (<see cref="ReportTo.TensorBoard"/>). Default null: <c>runs</c> in
    /// <see cref="OutputDir"/>.
    /// </summary>
    public string? LoggingDir { get; init; }

    // ---- evaluation ----

    /// <summary>
    /// When the model is evaluated. Default <see cref="IntervalStrategy.No"/>, or <see cref="IntervalStrategy.Epoch"/> if
    /// <see cref="LoadBestModelAtEnd"/> or <see cref="EarlyStoppingPatience"/> requires evaluations.
    /// </summary>
    public IntervalStrategy EvalStrategy
    {
        get => _evalStrategy ?? (LoadBestModelAtEnd || EarlyStoppingPatience is not null ? IntervalStrategy.Epoch : IntervalStrategy.No);
        init => _evalStrategy = value;
    }

    /// <summary>
    /// The number of steps between two evaluations, or a ratio of the total steps, such as 0.1. Default null: <see cref="LoggingSteps"/>.
    /// </summary>
    public StepsOrRatio? EvalSteps { get; init; }

    /// <summary>The number of epochs (or steps, depending on <see cref="EvalStrategy"/>) before the first evaluation. Default 0.</summary>
    public double EvalDelay { get; init; }

    /// <summary>
    /// Whether the model is also evaluated before the first step, for example to find errors in the evaluation early. Default false.
    /// </summary>
    public bool EvalOnStart { get; init; }

    /// <summary>Whether an evaluation computes only the loss, and neither predictions nor metrics. Default false.</summary>
    public bool PredictionLossOnly { get; init; }

    // ---- checkpoints ----

    /// <summary>
    /// When a checkpoint is written. Default <see cref="SaveStrategy.Steps"/>, or <see cref="SaveStrategy.Epoch"/> if
    /// <see cref="LoadBestModelAtEnd"/> is set and <see cref="EvalStrategy"/> is <see cref="IntervalStrategy.Epoch"/>.
    /// </summary>
    public SaveStrategy SaveStrategy
    {
        get => _saveStrategy
            ?? (LoadBestModelAtEnd && EvalStrategy == IntervalStrategy.Epoch ? SaveStrategy.Epoch : SaveStrategy.Steps);
        init => _saveStrategy = value;
    }

    /// <summary>The number of steps between two checkpoints, or a ratio of the total steps, such as 0.1. Default 500.</summary>
    public StepsOrRatio SaveSteps { get; init; } = 500;

    /// <summary>
    /// The maximum number of checkpoints of the run that are kept; older checkpoints are deleted. The newest and the best checkpoint are
    /// always kept. Default null: all are kept.
    /// </summary>
    public int? SaveTotalLimit { get; init; }

    /// <summary>
    /// Whether checkpoints are saved without the state of the optimizer, the schedule and the random number generator. Such checkpoints
    /// cannot be resumed. Default false.
    /// </summary>
    public bool SaveOnlyModel { get; init; }

    /// <summary>
    /// Whether a run that is cancelled by its <see cref="CancellationToken"/> writes a checkpoint of its last completed step before the
    /// exception is thrown, regardless of <see cref="SaveStrategy"/>. Default false. An evaluation that was interrupted is repeated when
    /// the checkpoint is resumed, so that the run gives the same result as an uninterrupted run.
    /// </summary>
    public bool SaveOnCancel { get; init; }

    /// <summary>
    /// Whether the weights of the best checkpoint are loaded at the end of training. Default false. If this property is true, and
    /// <see cref="EvalStrategy"/> and <see cref="SaveStrategy"/> are not set, the run evaluates and saves after each epoch.
    /// </summary>
    public bool LoadBestModelAtEnd { get; init; }

    /// <summary>
    /// The number of consecutive evaluations without improvement of <see cref="MetricForBestModel"/> after which the run ends. Default
    /// null: the run does not end early. If the patience is set and <see cref="EvalStrategy"/> is not set, the run evaluates after each
    /// epoch. After an early end, the model has the weights of the last step; set <see cref="LoadBestModelAtEnd"/> to get the weights of
    /// the best evaluation.
    /// </summary>
    /// <remarks>
    /// By default, every reduction of the loss is an improvement, so a run whose loss decreases by tiny amounts does not end early. Set
    /// <see cref="EarlyStoppingThreshold"/> to ignore small reductions. The trainer adds an <see cref="EarlyStoppingCallback"/>, which has
    /// the same parameters.
    /// </remarks>
    public int? EarlyStoppingPatience { get; init; }

    /// <summary>
    /// The change of the metric above which an evaluation is an improvement, for <see cref="EarlyStoppingPatience"/>. Default 0: every
    /// better value is an improvement, even if the difference is small.
    /// </summary>
    public double EarlyStoppingThreshold { get; init; }

    /// <summary>
    /// The name of the metric that determines the best checkpoint, with or without <c>eval_</c>. Default null: <c>loss</c> if
    /// <see cref="LoadBestModelAtEnd"/>, <see cref="EarlyStoppingPatience"/>, <see cref="Training.SaveStrategy.Best"/> or
    /// <see cref="SchedulerType.ReduceLrOnPlateau"/> requires a metric.
    /// </summary>
    public string? MetricForBestModel { get; init; }

    /// <summary>
    /// Whether a larger value of <see cref="MetricForBestModel"/> is better. Default null: true unless the name of the metric ends with
    /// <c>loss</c>.
    /// </summary>
    public bool? GreaterIsBetter { get; init; }

    // ---- the Hugging Face Hub ----

    /// <summary>
    /// Whether the model is uploaded to the Hugging Face Hub at the end of <see cref="Trainer.Train"/>, and during the run according to
    /// <see cref="HubStrategy"/>. Default false. <see cref="Trainer.PushToHub"/> works without this setting.
    /// </summary>
    public bool PushToHub { get; init; }

    /// <summary>
    /// The repository, such as <c>owner/my-model</c>; a repository without an owner belongs to the account of the token. Default null: the
    /// name of the folder <see cref="OutputDir"/>.
    /// </summary>
    public string? HubModelId { get; init; }

    /// <summary>
    /// What <see cref="PushToHub"/> uploads during a run. Default <see cref="HubStrategy.EverySave"/>, as in transformers.
    /// </summary>
    public HubStrategy HubStrategy { get; init; } = HubStrategy.EverySave;

    /// <summary>Whether a new repository is private. Default null: the default of the account, which is usually public.</summary>
    public bool? HubPrivateRepo { get; init; }

    /// <summary>The branch of the repository. Default null: <c>main</c>.</summary>
    public string? HubRevision { get; init; }

    /// <summary>
    /// Options of the connection to the Hub, such as the token (<c>hub_token</c>). Default null: the options are read from environment
    /// variables. The options are not written to files.
    /// </summary>
    [JsonIgnore]
    public HubOptions? Hub { get; init; }

    // ---- a name of transformers 4 ----

    /// <summary>Alias of <see cref="EvalStrategy"/>: the name of the argument in transformers 4.</summary>
    public IntervalStrategy EvaluationStrategy { get => EvalStrategy; init => EvalStrategy = value; }

    // ---- resolved values ----

    /// <summary>The resolved <see cref="HubModelId"/>.</summary>
    internal string HubRepository => HubModelId ?? Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(OutputDir)));

    /// <summary>The arguments without those that change the default of <see cref="EvalStrategy"/>.</summary>
    internal TrainingArguments WithoutBestModel => this with { LoadBestModelAtEnd = false, EarlyStoppingPatience = null };

    /// <summary>The resolved <see cref="MetricForBestModel"/>, with <c>eval_</c>; null if no metric is required.</summary>
    internal string? BestMetric => (MetricForBestModel ?? (LoadBestModelAtEnd || EarlyStoppingPatience is not null
        || SaveStrategy == SaveStrategy.Best || LrSchedulerType == SchedulerType.ReduceLrOnPlateau ? "loss" : null)) is not { } name ? null
        : name.StartsWith("eval_", StringComparison.Ordinal) ? name : $"eval_{name}";

    /// <summary>The resolved <see cref="GreaterIsBetter"/>.</summary>
    internal bool IsGreaterBetter => GreaterIsBetter ?? !(BestMetric ?? "loss").EndsWith("loss", StringComparison.Ordinal);
}
