using Microsoft.Extensions.Logging;
using PeftSharp.Data;
using PeftSharp.Modeling;
using PeftSharp.Modeling.Layers;
using PeftSharp.Native;
using PeftSharp.Optimization;
using PeftSharp.Tokenization;
using PeftSharp.Training.Batching;
using PeftSharp.Training.Callbacks;
using PeftSharp.Training.Checkpoints;
using PeftSharp.Training.Loop;
using PeftSharp.Training.Precision;
using TorchSharp;
using static TorchSharp.torch;

namespace PeftSharp.Training;

/// <summary>Trains, evaluates and saves a model: transformers' <c>Trainer</c>.</summary>
/// <remarks>
/// <para>The model is moved to the device on construction and stays the caller's to dispose. A model that <c>modelInit</c> made belongs to the trainer until the next call of <see cref="Train"/>, which replaces and disposes it.</para>
/// <para>A derived class changes a part of the training by overriding <see cref="ComputeLoss"/>, <see cref="TrainingStep"/>, <see cref="PredictionStep"/>, <see cref="CreateOptimizer"/>, <see cref="CreateSchedule"/> or <see cref="GetTrainBatches"/>.</para>
/// <para>Not thread-safe: use an instance from one thread at a time, and train one model at a time in a process: all trainers draw from libtorch's generator.</para>
/// </remarks>
public partial class Trainer
{
    private readonly BatchLoader _loader;
    private readonly Dataset? _trainDataset;
    private readonly IReadOnlyList<(string? Name, Dataset Data)> _evalDatasets;
    private readonly int[]? _trainLengths;
    private readonly Func<PretrainedModel>? _modelInit;
    private readonly ComputeMetrics? _computeMetrics;
    private readonly CallbackList _callbacks;
    private readonly ILogger? _logger;
    private readonly string? _labelColumn;
    private PretrainedModel _model;
    private TrainerControl _control = new();
    private readonly LoggerEvents? _events;
    private readonly TensorBoardLog? _tensorBoard;
    private int _trainingThread;
    private bool _isPrecisionJudged, _isTraining, _warnedOfNewWeights, _warnedOfUnsavedTokenizer;

    /// <summary>Makes a trainer: checks the arguments and data sets, seeds libtorch's random number generator and moves the model to the device.</summary>
    /// <param name="model">The model to train. Null if <paramref name="modelInit"/> makes it.</param>
    /// <param name="args">The arguments of the run. Null: their defaults.</param>
    /// <param name="trainDataset">The training rows; required by <see cref="Train"/>.</param>
    /// <param name="evalDataset">The rows to evaluate on.</param>
    /// <param name="dataCollator">Makes batches from rows. Null: <see cref="PaddingCollator"/> where there is a tokenizer, otherwise <see cref="DefaultCollator"/>.</param>
    /// <param name="tokenizer">The tokenizer: its padding token pads the batches, and it is saved beside the model. A warning is given for one that cannot be saved (<see cref="Tokenizer.CanSave"/>).</param>
    /// <param name="computeMetrics">Computes the metrics of an evaluation in addition to its loss.</param>
    /// <param name="callbacks">Callbacks, which are called at each event of a run.</param>
    /// <param name="logger">Gets the events of a run (<see cref="TrainingEvents"/>), warnings, and the names of the columns that are left out.</param>
    /// <param name="modelInit">Makes the model, in place of <paramref name="model"/>: here, and anew for each call of <see cref="Train"/>. <see cref="TrainingArguments.Seed"/> is set before, so new weights are drawn the same each time.</param>
    /// <param name="computeLoss">The loss of a batch, in place of the model's. Null: the model's own loss.</param>
    /// <param name="optimizers">
    /// An optimizer over the parameters of the model, and a learning-rate schedule; null each: those of the arguments. The optimizer stays the caller's to dispose and keeps its state from one call of
    /// <see cref="Train"/> to the next. It has no learning rate of its own: each step gets that of the schedule.
    /// </param>
    /// <param name="parameterGroups">The groups of parameters that the optimizer of the arguments trains, with weight decay and learning-rate scale of each. Null: <see cref="ParameterGroups.Of"/>.</param>
    /// <param name="preprocessLogitsForMetrics">Replaces the predictions of each evaluation batch before they are kept. Null: they are kept as they are.</param>
    /// <param name="evalDatasets">Several data sets to evaluate on, in place of <paramref name="evalDataset"/>, by name; their metrics are <c>eval_NAME_loss</c> and so on.</param>
    /// <param name="labelColumn">The column of the labels, whatever its name. Null: <c>labels</c>, <c>label</c> or <c>label_ids</c>, in any case.</param>
    /// <exception cref="ArgumentException">Arguments are invalid or exclude each other; the message lists all reasons.</exception>
    /// <exception cref="DatasetException">A data set has no rows or none of the columns that the model reads, or the training data has no labels for the loss of the model.</exception>
    public Trainer(
        PretrainedModel? model = null, TrainingArguments? args = null, Dataset? trainDataset = null, Dataset? evalDataset = null, IDataCollator? dataCollator = null,
        Tokenizer? tokenizer = null, ComputeMetrics? computeMetrics = null, IEnumerable<TrainerCallback>? callbacks = null, ILogger? logger = null,
        Func<PretrainedModel>? modelInit = null, ComputeLoss? computeLoss = null, (Optimizer? Optimizer, LearningRateSchedule? LrScheduler) optimizers = default,
        Func<PretrainedModel, IEnumerable<ParameterGroup>>? parameterGroups = null, PreprocessLogitsForMetrics? preprocessLogitsForMetrics = null, IReadOnlyDictionary<string, Dataset>? evalDatasets = null,
        string? labelColumn = null)
    {
        if (modelInit is null) ArgumentNullException.ThrowIfNull(model);
        CheckExclusions(model, evalDataset, modelInit, optimizers.Optimizer, parameterGroups, evalDatasets);
        Args = args ?? new TrainingArguments();
        (string? Name, Dataset Data)[] evaluations = [.. evalDataset is null ? [] : new (string?, Dataset)[] { (null, evalDataset) }, .. evalDatasets?.Select(set => ((string?)set.Key, set.Value)) ?? []];
        TrainingArgumentsCheck.Check(Args, [.. evaluations.Select(set => $"{PrefixOf(set.Name, "eval")}_")], hasMetrics: computeMetrics is not null, hasSchedule: optimizers.LrScheduler is not null);
        (_modelInit, _computeMetrics, _computeLoss, _optimizers, _parameterGroups, _preprocess, _logger, _labelColumn) = (modelInit, computeMetrics, computeLoss, optimizers, parameterGroups, preprocessLogitsForMetrics, logger, labelColumn);
        _model = model ?? MakeModel();
        Context = new TrainerContext(_model, tokenizer);
        _loader = new BatchLoader(dataCollator ?? (tokenizer is { PadTokenId: { } pad } ? new PaddingCollator(pad, padLeft: tokenizer.PaddingSide == PaddingSide.Left) : new DefaultCollator()), Args);
        var readsLabels = dataCollator is null or DefaultCollator or PaddingCollator;          // others may make labels of their own
        _trainDataset = trainDataset is null ? null : ModelColumns.Of(trainDataset, _model, OtherColumns, "training", needsLabels: readsLabels && !ReplacesTrainingLoss, logger, labelColumn);
        if (Args.TrainSamplingStrategy == SamplingStrategy.GroupByLength && trainDataset is not null) _trainLengths = RowLengths.Of(trainDataset, _trainDataset!, Args.LengthColumnName);
        _evalDatasets = [.. evaluations.Select(set => (set.Name, ModelColumns.Of(set.Data, _model, OtherColumns, set.Name is null ? "evaluation" : $"evaluation '{set.Name}'", needsLabels: false, logger, labelColumn)))];
        _events = logger is null ? null : new LoggerEvents(logger);
        _tensorBoard = Args.ReportTo == ReportTo.TensorBoard ? new TensorBoardLog(Args.LoggingDir ?? Path.Combine(Args.OutputDir, "runs")) : null;
        _callbacks = new CallbackList([new DefaultFlow(), .. new TrainerCallback?[] { _events, _tensorBoard }.OfType<TrainerCallback>(), .. callbacks ?? []], Context);
        manual_seed(Args.Seed);
        MoveToDevice();
    }

    /// <summary>The arguments of the run.</summary>
    public TrainingArguments Args { get; }

    /// <summary>The model. With <c>modelInit</c> each call of <see cref="Train"/> replaces it.</summary>
    public PretrainedModel Model => _model;

    /// <summary>The state of the current or the last run.</summary>
    public TrainerState State { get; private set; } = new();

    /// <summary>Adds a callback.</summary>
    public void AddCallback(TrainerCallback callback) => _callbacks.Add(callback);

    /// <summary>Removes a callback.</summary>
    /// <returns>False if the trainer does not have it.</returns>
    public bool RemoveCallback(TrainerCallback callback) => _callbacks.Remove(callback);

    /// <summary>Trains the model.</summary>
    /// <remarks>
    /// On the CPU a resumed run is bit for bit the uninterrupted one. On a GPU its rows, learning rates and optimizer state are the same, but dropout draws from the GPU's own random stream, which starts again.
    /// </remarks>
    /// <param name="resumeFromCheckpoint">
    /// Whether to resume a checkpoint, and which: <see cref="Resume.Never"/> (default), <see cref="Resume.IfPresent"/>, <see cref="Resume.Last"/>, <see cref="Resume.From"/>, or a bool or a folder. A new run warns if
    /// <see cref="TrainingArguments.OutputDir"/> contains checkpoints of an earlier run. Arguments that decide which rows a step reads must be those of the checkpoint's run; other changes are warned of.
    /// </param>
    /// <param name="progress">Gets a report after each optimizer step, and after an evaluation at the end of an epoch. Default null. <see cref="Progress{T}"/> passes it on to the thread that made it, such as that of a user interface.</param>
    /// <param name="cancellationToken">Checked before each optimizer step and before each batch of an evaluation. Checkpoints stay; <see cref="TrainingArguments.SaveOnCancel"/> writes another one.</param>
    /// <exception cref="InvalidOperationException">There are no training rows, gradients are disabled, the trainer is training already, or a function or overriding method returned no model, optimizer or schedule.</exception>
    /// <exception cref="ArgumentException">The model has no trainable parameter, or a callback or <see cref="TrainingArguments.MetricForBestModel"/> requires something that the run does not have.</exception>
    /// <exception cref="NonFiniteLossException">A loss or gradient is NaN or infinite; the step was not applied.</exception>
    /// <exception cref="CheckpointException">The checkpoint is absent or damaged, or belongs to a run with other rows, batches or steps.</exception>
    /// <exception cref="IOException">The output folder cannot be written, which is checked before the first step, or the disk is full; earlier checkpoints are unchanged.</exception>
    /// <exception cref="OperationCanceledException">The run was cancelled. If the checkpoint of <see cref="TrainingArguments.SaveOnCancel"/> cannot be written, the <see cref="IOException"/> is thrown instead.</exception>
    public TrainOutput Train(Resume resumeFromCheckpoint = default, IProgress<TrainProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        var dataset = _trainDataset ?? throw new InvalidOperationException("This trainer was given no training data; pass trainDataset.");
        if (!is_grad_enabled()) throw new InvalidOperationException("Gradients are disabled on this thread (no_grad or inference_mode), so nothing can be trained. Call Train outside of it.");
        if (Interlocked.Exchange(ref _isTraining, true)) throw new InvalidOperationException("This trainer is training already. Wait until its call of Train or TrainAsync has returned.");
        _trainingThread = Environment.CurrentManagedThreadId;
        Optimizer? optimizer = null;
        try
        {
            CheckpointFolder.Prepare(Args.OutputDir);
            var checkpoint = resumeFromCheckpoint.CheckpointOf(Args.OutputDir);
            RemakeModel();
            optimizer = CreateOptimizer(_model) ?? throw new InvalidOperationException($"CreateOptimizer of {GetType().Name} returned null; it must return an optimizer over the parameters of the model.");
            CheckOptimizer(optimizer);
            Context.Optimizer = optimizer;
            return RunTraining(dataset, optimizer, checkpoint, progress, cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            _events?.Cancelled(State);
            throw;
        }
        finally
        {
            (Context.Optimizer, Context.LrScheduler, _precision, _isTraining) = (null, null, null, false);
            if (!ReferenceEquals(optimizer, _optimizers.Optimizer)) optimizer?.Dispose();
            _tensorBoard?.Dispose();
            TensorAllocator.ReturnFreedMemory();       // of gradients, optimizer state and activations
        }
    }

    /// <summary>Trains the model on a separate thread, so that the calling thread, such as that of a user interface, is free.</summary>
    /// <remarks>The result is that of <see cref="Train"/>. Callbacks and the functions that were given to the trainer are called on that thread. Do not use the trainer, the model or libtorch's random numbers until the task is complete.</remarks>
    /// <inheritdoc cref="Train"/>
    public Task<TrainOutput> TrainAsync(Resume resumeFromCheckpoint = default, IProgress<TrainProgress>? progress = null, CancellationToken cancellationToken = default) =>
        OnSeparateThread(() => Train(resumeFromCheckpoint, progress, cancellationToken), cancellationToken);

    /// <summary>Writes the model (or its adapter alone), the tokenizer and the arguments.</summary>
    /// <param name="outputDir">The folder. Null: <see cref="TrainingArguments.OutputDir"/>.</param>
    /// <exception cref="IOException">The folder cannot be written or the disk is full.</exception>
    public void SaveModel(string? outputDir = null)
    {
        var folder = outputDir ?? Args.OutputDir;
        Directory.CreateDirectory(folder);
        SaveModelFiles(folder);
        Checkpoint.WriteArguments(folder, Args);
    }

    /// <summary>A run may take days, for which a thread of the pool is not to be used.</summary>
    private static Task<T> OnSeparateThread<T>(Func<T> action, CancellationToken cancel) =>
        Task.Factory.StartNew(action, cancel, TaskCreationOptions.LongRunning | TaskCreationOptions.DenyChildAttach, TaskScheduler.Default);

    private TrainOutput RunTraining(Dataset dataset, Optimizer optimizer, string? checkpoint, IProgress<TrainProgress>? progress, CancellationToken cancellationToken)
    {
        var plan = StepPlan.For(dataset.Count, Args, IsOverridden(GetTrainBatches) ? FirstTrainBatches(dataset) : null);
        var schedule = CreateSchedule(plan.MaxSteps);
        if (schedule is null && Args.LrSchedulerType != SchedulerType.ReduceLrOnPlateau)
            throw new InvalidOperationException($"CreateSchedule of {GetType().Name} returned null, but LrSchedulerType is {Args.LrSchedulerType}. Return a schedule, or set LrSchedulerType to ReduceLrOnPlateau, for which the rate follows the evaluations.");
        Context.LrScheduler = schedule;
        using var run = new TrainingRun(Args, plan, optimizer, new LearningRate(Args, schedule), _callbacks, drawsOrder: Args.TrainSamplingStrategy == SamplingStrategy.GroupByLength || IsOverridden(GetTrainBatches));
        var resumed = checkpoint is null ? null : TrainerStateFile.Read(checkpoint);
        string[] warnings =
        [
            .. TrainingAdvice.For(Args, plan, _computeMetrics is not null, _optimizers.Optimizer is not null, _optimizers.LrScheduler is not null, _parameterGroups is not null), .. LeftOutWarnings(optimizer),
            .. resumed is null ? NewRunWarnings() : ResumeCheck.Check(checkpoint!, resumed, Args, plan),
        ];
        run.Begin(resumed);
        (State, _control) = (run.State, run.Control);
        foreach (var warning in warnings) Warn(warning);
        using var randomState = checkpoint is null ? null : Checkpoint.ReadInto(run, checkpoint);
        if (checkpoint is not null) Checkpoint.ReadInto(_model, checkpoint);      // last: an error before it leaves the model as it was
        using var precision = ComputePrecisionOfRun();
        _precision = precision;
        var scaling = new LossScaling(_model, isOwn: ReplacesTrainingLoss, isOverridden: IsOverridden(ComputeLoss) || IsOverridden(TrainingStep), LossIsScaledForGa);
        var update = new UpdateStep(_model, optimizer, scaling, (inputs, options, weight) => TrainingStep(_model, inputs, options, weight), Args.MaxGradNorm);
        var loop = new TrainingLoop(run, _model, dataset, epoch => TrainBatchesOf(dataset, epoch, plan), _loader, update, cancel => Evaluate(cancellationToken: cancel), Log, SaveModelFiles, progress);
        var output = loop.Run(randomState, cancellationToken);
        if (Args.LoadBestModelAtEnd && State.BestModelCheckpoint is null)
            Warn($"LoadBestModelAtEnd found no best checkpoint: no evaluation of this run had a number as '{Args.BestMetric}' and a checkpoint. The model has the weights of the last step.");
        return output;
    }

    /// <summary>What the user of a new run should know before its first step.</summary>
    private IEnumerable<string> NewRunWarnings()
    {
        if (CheckpointFolder.All(Args.OutputDir) is { Count: > 0 } earlier)
            yield return $"OutputDir '{Args.OutputDir}' holds checkpoints of an earlier run: {string.Join(", ", earlier.Select(checkpoint => Path.GetFileName(checkpoint.Folder)))}. This run begins anew; it replaces those of the same step and leaves the others. "
                + "Call Train(Resume.Last) to resume the earlier run, or choose another OutputDir.";
        if (_model.NewWeights is { AreSeeded: false, AreTrained: false } drawn)
            yield return $"{drawn.Names.Count} parameters of {_model.GetName()} ({drawn.Summary}) were drawn from a random stream without a seed, so another run starts from other weights. Seed it before the model is made: Seed.Set({Args.Seed}), or PretrainedOptions.Seed.";
        if (ReplacesTrainingLoss && _loader.ReadsLabels && _model.LabelNames.Count > 0 && !HasLabels(_trainDataset!))
            yield return $"The training data has no labels ({string.Join(", ", _model.LabelNames)}), so the loss gets none. If it needs them, rename the column of the labels with RenameColumn: the columns are {string.Join(", ", _trainDataset!.ColumnNames)}.";
        foreach (var (name, data) in Args.EvalStrategy != IntervalStrategy.No && _loader.ReadsLabels ? _evalDatasets : [])
            if (_model.LabelNames.Count > 0 && !HasLabels(data)) yield return $"The evaluation data {(name is null ? "" : $"'{name}' ")}has no labels ({string.Join(", ", _model.LabelNames)}), so an evaluation gives neither a loss nor metrics.";
    }

    private bool HasLabels(Dataset data) => data.ColumnNames.Any(column => _model.LabelNames.Contains(column) || column is "label" or "label_ids");

    private ComputePrecision? ComputePrecisionOfRun()
    {
        if (!Args.Bf16) return null;
        if (!_isPrecisionJudged && _model.Device.type == DeviceType.CPU && PrecisionAdvice.Bf16OnProcessor is { } advice) Warn(advice);
        _isPrecisionJudged = true;
        return new ComputePrecision(ScalarType.BFloat16);
    }

    private void Warn(string message)
    {
        _callbacks.Tell(callback => callback.OnWarning(Args, State, _control, message));
    }

    private void Log(OrderedDictionary<string, double> line)
    {
        line["epoch"] = State.Epoch;
        line["step"] = State.GlobalStep;
        State.Log.Add(line);
        _callbacks.Tell(callback => callback.OnLog(Args, State, _control, line));
    }

    private void SaveModelFiles(string folder)
    {
        _model.SavePretrained(folder);
        if (Context.Tokenizer is { CanSave: true } tokenizer)
            tokenizer.SavePretrained(folder);
        else if (Context.Tokenizer is not null && !_warnedOfUnsavedTokenizer)
        {
            _warnedOfUnsavedTokenizer = true;
            Warn($"The tokenizer is not saved beside the model in '{folder}', because another library splits its texts (Tokenizer.FromBackend). Keep that library's own files beside the model.");
        }
    }
}
