using Microsoft.Extensions.Logging;
using PeftSharp.Data;
using PeftSharp.Internal;
using PeftSharp.Modeling;
using PeftSharp.Modeling.Layers;
using PeftSharp.Native;
using PeftSharp.Optimization;
using PeftSharp.Training.Batching;
using PeftSharp.Training.Callbacks;
using PeftSharp.Training.Checkpoints;
using PeftSharp.Training.Loop;
using PeftSharp.Training.Precision;
using TorchSharp;
using static TorchSharp.torch;

namespace PeftSharp.Training;

/// <summary>Trains, evaluates and saves a model (transformers' <c>Trainer</c>).</summary>
/// <remarks>
/// <para>
/// The constructor moves the model to the GPU if there is one and <see cref="TrainingArguments.UseCpu"/> is not set. The trainer does not
/// dispose a model that the caller passes. A model that <c>modelInit</c> created belongs to the trainer until the next call of
/// <see cref="Train"/>, which disposes and replaces this model. A trainer needs no disposal: at the end of each run, even after an
/// exception, it frees the optimizer that it created and closes its files.
/// </para>
/// <para>
/// If the classes of the model have no names of their own (<c>LABEL_0</c>, <c>LABEL_1</c>, …), and the labels of the training dataset have
/// as many names (<see cref="ClassLabel"/>) as the model has classes, the model gets the names of the dataset. The model is saved with
/// these names, and reports contain them.
/// </para>
/// <para>
/// A derived class customizes the training by overriding <see cref="ComputeLoss"/>, <see cref="TrainingStep"/>,
/// <see cref="PredictionStep"/>, <see cref="CreateOptimizer"/>, <see cref="CreateSchedule"/> or <see cref="GetTrainBatches"/>.
/// </para>
/// <para>
/// Not thread-safe: use an instance from one thread at a time, and train one model at a time in a process, because all trainers use
/// libtorch's default random number generator.
/// </para>
/// </remarks>
public partial class Trainer
{
    private readonly BatchLoader _loader;
    private readonly Dataset? _trainDataset;
    private readonly RowStream? _trainStream;        // the training data, if it is a stream; _trainDataset then contains its first rows
    private readonly IReadOnlyList<EvaluationSet> _evalDatasets;
    private readonly int[]? _trainLengths;
    private readonly Func<PretrainedModel>? _modelInit;
    private readonly ComputeMetrics? _computeMetrics;
    private readonly CallbackList _callbacks;
    private readonly ILogger? _logger;
    private readonly string? _labelColumn;
    private PretrainedModel _model;
    private TrainerControl _control = new();
    private readonly LoggerEvents? _events;
    private readonly TensorBoardCallback? _tensorBoard;
    private int _trainingThread;
    private bool _isPrecisionChecked, _isTraining, _warnedAboutNewWeights, _warnedAboutUnsavedTokenizer;

    /// <summary>The arguments of the run.</summary>
    public TrainingArguments Args { get; }

    /// <summary>The model. If the trainer has <c>modelInit</c>, each call of <see cref="Train"/> replaces the model.</summary>
    public PretrainedModel Model => _model;

    /// <summary>The state of the current or the last run.</summary>
    public TrainerState State { get; private set; } = new();

    /// <summary>Adds a callback.</summary>
    /// <param name="callback">The callback, which is called after the existing callbacks.</param>
    public void AddCallback(TrainerCallback callback) => _callbacks.Add(callback);

    /// <summary>Removes a callback.</summary>
    /// <param name="callback">The callback to remove.</param>
    /// <returns>True if the callback was removed; false if the trainer does not have it.</returns>
    public bool RemoveCallback(TrainerCallback callback) => _callbacks.Remove(callback);

    /// <summary>Trains the model.</summary>
    /// <remarks>
    /// On the CPU, a run that is resumed with the same data and arguments gives bitwise the same result as an uninterrupted run. On a GPU,
    /// the resumed run has the same rows, learning rates and restored optimizer state, but its dropout masks differ, because the state of
    /// the GPU's random number generator is not saved. When the method returns, the model is in evaluation mode.
    /// </remarks>
    /// <param name="resumeFromCheckpoint">
    /// Whether to resume a checkpoint, and which checkpoint: <see cref="Resume.Never"/> (default), <see cref="Resume.IfPresent"/>,
    /// <see cref="Resume.Last"/>, <see cref="Resume.From"/>, a bool or a folder. A new run warns if
    /// <see cref="TrainingArguments.OutputDir"/> contains checkpoints of an earlier run. A resumed run must have the same row order, batch
    /// size and gradient accumulation as the run of the checkpoint, unless <see cref="TrainingArguments.IgnoreDataSkip"/> is set. The
    /// resumed run warns if the number of steps or an argument of the optimization, such as the learning rate, differs. A checkpoint of
    /// transformers' trainer is resumed if <see cref="TrainingArguments.AllowPickle"/> is set.
    /// </param>
    /// <param name="progress">
    /// Receives a report after each optimizer step, and after an evaluation at the end of an epoch. Default null: progress is not reported.
    /// <see cref="Progress{T}"/> forwards reports to the synchronization context in which it was created, for example to the thread of a
    /// user interface.
    /// </param>
    /// <param name="cancellationToken">
    /// Checked before each optimizer step and before each batch of an evaluation. Existing checkpoints are kept; with
    /// <see cref="TrainingArguments.SaveOnCancel"/>, a checkpoint of the last step is written.
    /// </param>
    /// <exception cref="InvalidOperationException">
    /// There is no training dataset, gradients are disabled, the trainer is already training, <c>modelInit</c> or an overriding method
    /// returned null, <c>modelInit</c> returned the model of the previous run, or a tensor operation of <c>computeLoss</c> failed.
    /// </exception>
    /// <exception cref="ArgumentException">
    /// The model has no trainable parameter, the parameter groups are invalid, the optimizer has a parameter that the model does not have,
    /// or a callback or <see cref="TrainingArguments.MetricForBestModel"/> requires a metric that the evaluations do not return. The loss
    /// is not a scalar, or does not depend on a trainable parameter. A batch has more tokens than the model has positions.
    /// </exception>
    /// <exception cref="DatasetException">
    /// A token id of the data, or the padding token, has no embedding. The ids are checked before the first step; in large memory-mapped
    /// data, only a sample is checked then, and the other ids when they are in a batch. The exception is also thrown if a batch is invalid
    /// or there are no batches.
    /// </exception>
    /// <exception cref="NonFiniteLossException">A loss or gradient is NaN or infinite; the step was not applied.</exception>
    /// <exception cref="CheckpointException">
    /// The checkpoint is missing or damaged, belongs to a run with different rows, batches or steps, or was written by transformers and
    /// <see cref="TrainingArguments.AllowPickle"/> is not set.
    /// </exception>
    /// <exception cref="IOException">
    /// The output folder is not writable, which is checked before the first step, or the disk is full. Earlier checkpoints are unchanged.
    /// </exception>
    /// <exception cref="HubException">
    /// <see cref="TrainingArguments.PushToHub"/> is set, and the repository cannot be created (checked before the first step) or the upload
    /// at the end failed. After a failed upload, the model is saved in <see cref="TrainingArguments.OutputDir"/>.
    /// </exception>
    /// <exception cref="OperationCanceledException">
    /// The run was cancelled. If the checkpoint of <see cref="TrainingArguments.SaveOnCancel"/> cannot be written, the
    /// <see cref="IOException"/> is thrown instead.
    /// </exception>
    public TrainOutput Train(
        Resume resumeFromCheckpoint = default, IProgress<TrainProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        var dataset = _trainDataset ?? throw new InvalidOperationException("The trainer has no training dataset. Pass trainDataset.");
        if (!is_grad_enabled())
            throw new InvalidOperationException(
                "Gradients are disabled on this thread (no_grad or inference_mode). Call Train outside of this scope.");
        if (_modelInit is null) _model.ThrowIfDisposed();
        if (Interlocked.Exchange(ref _isTraining, true))
            throw new InvalidOperationException(
                "The trainer is already training. Wait until its call of Train or TrainAsync has returned.");
        _trainingThread = Environment.CurrentManagedThreadId;
        Optimizer? optimizer = null;
        try
        {
            CheckpointFolder.Prepare(Args.OutputDir);
            var checkpoint = resumeFromCheckpoint.CheckpointOf(Args.OutputDir);
            ReinitializeModel();
            CheckTokenIds(dataset);
            optimizer = CreateOptimizer(_model) ?? throw new InvalidOperationException(
                $"CreateOptimizer of {TypeName.Of(this)} returned null. It must return an optimizer of the parameters of the model.");
            CheckOptimizer(optimizer);
            Context.Optimizer = optimizer;
            var output = RunTraining(dataset, optimizer, checkpoint, progress, cancellationToken);
            if (Args.PushToHub) PushAfterTraining(cancellationToken);
            return output;
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
            TensorAllocator.ReturnFreedMemory();       // the memory of gradients, optimizer state and activations
        }
    }

    /// <summary>
    /// Trains the model on a separate thread, so that the calling thread, such as the thread of a user interface, is not blocked.
    /// </summary>
    /// <remarks>
    /// Callbacks and the functions that were passed to the trainer are called on the separate thread. Do not use the trainer, the model or
    /// libtorch's random number generator until the task is complete.
    /// </remarks>
    /// <inheritdoc cref="Train"/>
    public Task<TrainOutput> TrainAsync(
        Resume resumeFromCheckpoint = default, IProgress<TrainProgress>? progress = null, CancellationToken cancellationToken = default) =>
        OnSeparateThread(() => Train(resumeFromCheckpoint, progress, cancellationToken), cancellationToken);

    /// <summary>Saves the model (only the adapter, if it has one), the tokenizer and the arguments.</summary>
    /// <param name="outputDir">The folder. Null: <see cref="TrainingArguments.OutputDir"/>.</param>
    /// <exception cref="IOException">The folder is not writable or the disk is full.</exception>
    public void SaveModel(string? outputDir = null)
    {
        var folder = outputDir ?? Args.OutputDir;
        FolderAccess.Create(folder);
        SaveModelFiles(folder);
        Checkpoint.WriteArguments(folder, Args);
    }

    /// <summary>Runs an action on a separate thread, because a run may take days and must not occupy a thread of the thread pool.</summary>
    private static Task<T> OnSeparateThread<T>(Func<T> action, CancellationToken cancel) =>
        Task.Factory.StartNew(action, cancel, TaskCreationOptions.LongRunning | TaskCreationOptions.DenyChildAttach, TaskScheduler.Default);

    private TrainOutput RunTraining(
        Dataset dataset, Optimizer optimizer, string? checkpoint, IProgress<TrainProgress>? progress, CancellationToken cancellationToken)
    {
        var plan = _trainStream is not null
            ? StepPlan.ForStream(_trainStream.RowCount, Args)
            : StepPlan.For(dataset.Count, Args, IsOverridden(GetTrainBatches) ? FirstTrainBatches(dataset) : null);
        var schedule = CreateSchedule(plan.MaxSteps);
        if (schedule is null && Args.LrSchedulerType != SchedulerType.ReduceLrOnPlateau)
            throw new InvalidOperationException(
                $"CreateSchedule of {TypeName.Of(this)} returned null, but LrSchedulerType is {Args.LrSchedulerType}. "
                + "Return a schedule, or set LrSchedulerType to ReduceLrOnPlateau, whose learning rate depends on the evaluations.");
        Context.LrScheduler = schedule;
        using var run = new TrainingRun(Args, plan, optimizer, new LearningRate(Args, schedule), _callbacks,
            orderUsesDefaultGenerator: Args.TrainSamplingStrategy == SamplingStrategy.GroupByLength || IsOverridden(GetTrainBatches))
        {
            Stream = _trainStream is null ? null : new TrainingStream(_trainStream),
        };
        var resumed = checkpoint is null ? null : TrainerStateFile.Read(checkpoint);
        string[] warnings =
        [
            .. TrainingWarnings.For(Args, plan, _computeMetrics is not null, _optimizers.Optimizer is not null,
                _optimizers.LrScheduler is not null, _parameterGroups is not null),
            .. ParametersWithoutGroupWarnings(optimizer),
            .. resumed is null ? NewRunWarnings() :
            [
                .. ResumeCheck.Check(checkpoint!, resumed, Args, plan, isStream: _trainStream is not null),
                .. ResumeCheck.UpdateBestCheckpoint(checkpoint!, resumed),
            ],
        ];
        run.Begin(resumed);
        (State, _control) = (run.State, run.Control);
        foreach (var warning in warnings) Warn(warning);
        if (resumed is null && _model.FrozenNewWeights is { } frozen) WarnAboutNewWeights(frozen);
        using var randomState = checkpoint is null ? null : Checkpoint.ReadInto(run, _model, checkpoint, Warn);
        // The weights are read after everything else of the checkpoint, so that an earlier error does not change the model.
        if (checkpoint is not null) Checkpoint.ReadInto(_model, checkpoint, Args.AllowPickle);
        using var precision = ComputePrecisionOfRun();
        _precision = precision;
        var scaling = new LossScaling(_model, isCustom: ReplacesTrainingLoss,
            isOverridden: IsOverridden(ComputeLoss) || IsOverridden(TrainingStep), LossUsesNumItemsInBatch);
        var update = new UpdateStep(
            _model, optimizer, scaling, (inputs, options, weight) => TrainingStep(_model, inputs, options, weight), Args.MaxGradNorm);
        var loop = new TrainingLoop(run, _model, (epoch, batchesDone) => run.Stream?.Open(_loader, Args, epoch)
                ?? _loader.Open(dataset, [.. TrainBatchesOf(dataset, epoch, plan).Skip(batchesDone)], epoch),
            update, cancel => Evaluate(cancellationToken: cancel), Log, Warn, SaveModelFiles, progress);
        var output = loop.Run(randomState, cancellationToken);
        if (Args.LoadBestModelAtEnd && State.BestModelCheckpoint is null)
            Warn($"LoadBestModelAtEnd found no best checkpoint: '{Args.BestMetric}' was NaN in all evaluations, "
                + "or no checkpoint was saved. The model has the weights of the last step.");
        return output;
    }

    private ComputePrecision? ComputePrecisionOfRun()
    {
        if (!Args.Bf16) return null;
        if (!_isPrecisionChecked && _model.Device.type == DeviceType.CPU && Bf16Speed.Warning is { } warning) Warn(warning);
        _isPrecisionChecked = true;
        return new ComputePrecision(ScalarType.BFloat16);
    }

    /// <summary>
    /// Passes a warning to the logger and the callbacks. If there is no logger and no callback handles warnings, writes the warning to the
    /// standard error stream.
    /// </summary>
    private void Warn(string message)
    {
        if (_callbacks.ReceivesWarnings) _callbacks.Invoke(callback => callback.OnWarning(Args, State, _control, message));
        else Console.Error.WriteLine($"Warning: {message}");
    }

    private void Log(OrderedDictionary<string, double> entry)
    {
        entry["epoch"] = State.Epoch;
        entry["step"] = State.GlobalStep;
        State.Log.Add(entry);
        _callbacks.Invoke(callback => callback.OnLog(Args, State, _control, entry));
    }

    private void SaveModelFiles(string folder)
    {
        _model.SavePretrained(folder);
        if (Context.Tokenizer is { CanSave: true } tokenizer)
            tokenizer.SavePretrained(folder);
        else if (Context.Tokenizer is not null && !_warnedAboutUnsavedTokenizer)
        {
            _warnedAboutUnsavedTokenizer = true;
            Warn($"The tokenizer is not saved with the model, because it uses the backend of another library "
                + "(Tokenizer.FromBackend). Save the tokenizer files of that library yourself.");
        }
    }
}
