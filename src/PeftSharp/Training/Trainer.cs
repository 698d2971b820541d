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
/// <para>The model is moved to the device on construction and stays the caller's to dispose.</para>
/// <para>Not thread-safe: use an instance from one thread at a time, and train one model at a time in a process: all trainers draw from libtorch's generator.</para>
/// </remarks>
public class Trainer
{
    private readonly PretrainedModel _model;
    private readonly BatchLoader _loader;
    private readonly Dataset? _trainDataset, _evalDataset;
    private readonly int[]? _trainLengths;
    private readonly Tokenizer? _tokenizer;
    private readonly ComputeMetrics? _computeMetrics;
    private readonly CallbackList _callbacks;
    private readonly ILogger? _logger;
    private TrainerControl _control = new();
    private bool _isPrecisionJudged, _isTraining, _isNewnessTold, _isUnsavedTold;

    /// <summary>Checks everything that can be checked before a step is done, seeds libtorch's random stream and moves the model to the device.</summary>
    /// <param name="model">What is trained.</param>
    /// <param name="args">The run; null: its defaults.</param>
    /// <param name="trainDataset">Rows to learn from; needed by <see cref="Train(string?, CancellationToken)"/>.</param>
    /// <param name="evalDataset">Rows to evaluate on.</param>
    /// <param name="dataCollator">Rows to batches. Null: <see cref="PaddingCollator"/> where there is a tokenizer, otherwise <see cref="DefaultCollator"/>.</param>
    /// <param name="processingClass">The tokenizer, saved beside the model; one that cannot be saved (<see cref="Tokenizer.CanSave"/>) is warned of instead.</param>
    /// <param name="computeMetrics">Metrics of an evaluation beside its loss.</param>
    /// <param name="callbacks">Told what happens.</param>
    /// <param name="logger">Told the log lines and what was left out.</param>
    /// <exception cref="ArgumentException">Arguments make no sense; all reasons are in the message.</exception>
    /// <exception cref="DatasetException">A data set has no rows or none of the columns that the model reads, or the training data has no labels.</exception>
    public Trainer(
        PretrainedModel model, TrainingArguments? args = null, Dataset? trainDataset = null, Dataset? evalDataset = null, IDataCollator? dataCollator = null,
        Tokenizer? processingClass = null, ComputeMetrics? computeMetrics = null, IEnumerable<TrainerCallback>? callbacks = null, ILogger? logger = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        Args = args ?? new TrainingArguments();
        TrainingArgumentsCheck.Check(Args, hasEvaluation: evalDataset is not null, hasMetrics: computeMetrics is not null);
        (_model, _tokenizer, _computeMetrics, _logger) = (model, processingClass, computeMetrics, logger);
        _loader = new BatchLoader(dataCollator ?? (processingClass is { PadTokenId: { } pad } tokenizer ? new PaddingCollator(pad, padLeft: tokenizer.PaddingSide == PaddingSide.Left) : new DefaultCollator()), Args);
        var readsLabels = dataCollator is null or DefaultCollator or PaddingCollator;          // others may make labels of their own
        _trainDataset = trainDataset is null ? null : ModelColumns.Of(trainDataset, model, Args, "training", needsLabels: readsLabels, logger);
        if (Args.TrainSamplingStrategy == SamplingStrategy.GroupByLength && trainDataset is not null) _trainLengths = RowLengths.Of(trainDataset, _trainDataset!, Args.LengthColumnName);
        _evalDataset = evalDataset is null ? null : ModelColumns.Of(evalDataset, model, Args, "evaluation", needsLabels: false, logger);
        _callbacks = new CallbackList([new DefaultFlow(), .. Args.ReportTo == "tensorboard" ? [new TensorBoardLog(Args.LoggingDir ?? Path.Combine(Args.OutputDir, "runs"))] : Array.Empty<TrainerCallback>(), .. callbacks ?? []]);
        manual_seed(Args.Seed);
        var device = !Args.UseCpu && cuda.is_available() ? CUDA : CPU;
        if (model.Device.type != device.type) model.to(device);
    }

    /// <summary>The run's arguments.</summary>
    public TrainingArguments Args { get; }

    /// <summary>The model.</summary>
    public PretrainedModel Model => _model;

    /// <summary>Where the run stands.</summary>
    public TrainerState State { get; private set; } = new();

    /// <summary>Adds a callback.</summary>
    public void AddCallback(TrainerCallback callback) => _callbacks.Add(callback);

    /// <summary>Takes a callback away; false where it was not there.</summary>
    public bool RemoveCallback(TrainerCallback callback) => _callbacks.Remove(callback);

    /// <summary>Trains.</summary>
    /// <remarks>A resumed run is the uninterrupted one to the last bit on the processor. On a GPU its rows, rates and optimizer are, but dropout draws from the GPU's own stream, which begins anew.</remarks>
    /// <param name="resumeFromCheckpoint">
    /// The folder of a checkpoint to resume, with the same rows and numbers as if nothing had happened. Null: a new run; it warns if <see cref="TrainingArguments.OutputDir"/> holds checkpoints of an
    /// earlier one. Arguments that decide which rows a step reads must be those of the checkpoint's run; other changes are warned of.
    /// </param>
    /// <param name="cancellationToken">Checked before each step; what was saved stays.</param>
    /// <exception cref="InvalidOperationException">There are no training rows, or gradients are off.</exception>
    /// <exception cref="ArgumentException">No parameter of the model can learn, or a callback or the deciding metric cannot be served.</exception>
    /// <exception cref="NonFiniteLossException">A loss or gradient is no number; the step was not applied.</exception>
    /// <exception cref="CheckpointException">The checkpoint is damaged, or belongs to a run with other rows, batches or steps.</exception>
    /// <exception cref="IOException">The output folder cannot be written, which is tried before the first step, or the disk is full; earlier checkpoints are unchanged.</exception>
    /// <exception cref="OperationCanceledException">It was asked to stop.</exception>
    public TrainOutput Train(string? resumeFromCheckpoint = null, CancellationToken cancellationToken = default)
    {
        var dataset = _trainDataset ?? throw new InvalidOperationException("This trainer was given no training data; pass trainDataset.");
        if (!is_grad_enabled()) throw new InvalidOperationException("Gradients are off on this thread (no_grad or inference_mode), so nothing can be learned. Call Train outside of it.");
        var groups = ParameterGroups.Of(_model, Args.WeightDecay);
        CheckpointFolder.Prepare(Args.OutputDir);
        _isTraining = true;
        try
        {
            return Train(dataset, groups, resumeFromCheckpoint, cancellationToken);
        }
        finally
        {
            _isTraining = false;
            TensorAllocator.ReturnFreedMemory();       // of gradients, optimizer state and activations
        }
    }

    /// <summary>Trains; resumes <see cref="TrainerUtils.GetLastCheckpoint"/> of <see cref="TrainingArguments.OutputDir"/> if <paramref name="resumeFromCheckpoint"/> is true.</summary>
    /// <exception cref="CheckpointException">There is no checkpoint, or it cannot be resumed.</exception>
    /// <inheritdoc cref="Train(string?, CancellationToken)"/>
    public TrainOutput Train(bool resumeFromCheckpoint, CancellationToken cancellationToken = default) =>
        Train(resumeFromCheckpoint ? CheckpointFolder.Newest(Args.OutputDir) : null, cancellationToken);

    /// <summary>Loss and metrics on the evaluation rows; they are logged.</summary>
    /// <param name="evalDataset">Other rows than those of the constructor.</param>
    /// <param name="metricKeyPrefix">Put before each name. Default <c>eval</c>.</param>
    /// <param name="cancellationToken">Looked at before each batch.</param>
    /// <exception cref="InvalidOperationException">There are no rows to evaluate on.</exception>
    public IReadOnlyDictionary<string, double> Evaluate(Dataset? evalDataset = null, string metricKeyPrefix = "eval", CancellationToken cancellationToken = default)
    {
        var dataset = evalDataset is not null ? ModelColumns.Of(evalDataset, _model, Args, "evaluation", needsLabels: false, _logger)
            : _evalDataset ?? throw new InvalidOperationException("This trainer was given no evaluation data; pass evalDataset.");
        var metrics = RunEvaluation(dataset, metricKeyPrefix, predictionsWanted: false, cancellationToken).Metrics;
        Log(new OrderedDictionary<string, double>(metrics));
        _callbacks.Tell(callback => callback.OnEvaluate(Args, State, _control, metrics));
        return metrics;
    }

    /// <summary>Predictions for rows, with labels and metrics where the rows have labels.</summary>
    /// <param name="testDataset">The rows.</param>
    /// <param name="metricKeyPrefix">Put before each metric's name. Default <c>test</c>.</param>
    /// <param name="cancellationToken">Looked at before each batch.</param>
    public PredictionOutput Predict(Dataset testDataset, string metricKeyPrefix = "test", CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(testDataset);
        var output = RunEvaluation(ModelColumns.Of(testDataset, _model, Args, metricKeyPrefix, needsLabels: false, _logger), metricKeyPrefix, predictionsWanted: true, cancellationToken);
        _callbacks.Tell(callback => callback.OnPredict(Args, State, _control, output.Metrics));
        return output;
    }

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

    private TrainOutput Train(Dataset dataset, IReadOnlyList<ParameterGroup> groups, string? resumeFromCheckpoint, CancellationToken cancellationToken)
    {
        var optimizer = OptimizerFactory.Create(Args.Optim, groups, Args.AdamBeta1, Args.AdamBeta2, Args.AdamEpsilon, Args.OptimArgs);
        using var run = new TrainingRun(Args, StepPlan.For(dataset.Count, Args), optimizer, _callbacks);
        var resumed = resumeFromCheckpoint is null ? null : TrainerStateFile.Read(resumeFromCheckpoint);
        string[] warnings = [.. TrainingAdvice.For(Args, run.Plan, _computeMetrics is not null), .. resumed is null ? NewRunWarnings() : ResumeCheck.Check(resumeFromCheckpoint!, resumed, Args, run.Plan)];
        run.Begin(resumed);
        (State, _control) = (run.State, run.Control);
        foreach (var warning in warnings) Warn(warning);
        using var randomState = resumeFromCheckpoint is null ? null : Checkpoint.ReadInto(run, resumeFromCheckpoint);
        if (resumeFromCheckpoint is not null) Checkpoint.ReadInto(_model, resumeFromCheckpoint);      // last: an error before it leaves the model as it was
        using var precision = ComputePrecisionOfRun();
        var update = new UpdateStep(_model, optimizer, [.. optimizer.Parameters.Select(parameter => parameter.Value)], Args.MaxGradNorm, precision);
        var loop = new TrainingLoop(run, _model, dataset, _trainLengths, _loader, update, cancel => Evaluate(cancellationToken: cancel), Log, SaveModelFiles);
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
                + "Call Train(resumeFromCheckpoint: true) to resume the earlier run, or choose another OutputDir.";
        if (_model.NewWeights is { AreSeeded: false, AreTrained: false } drawn)
            yield return $"{drawn.Names.Count} parameters of {_model.GetName()} ({drawn.Summary}) were drawn from a random stream without a seed, so another run starts from other weights. Seed it before the model is made: TrainerUtils.SetSeed({Args.Seed}), or PretrainedOptions.Seed.";
        if (Args.EvalStrategy != IntervalStrategy.No && _evalDataset is not null && !_evalDataset.ColumnNames.Any(name => _model.LabelNames.Contains(name) || name is "label" or "label_ids") && _loader.ReadsLabels)
            yield return $"The evaluation data has no labels ({string.Join(", ", _model.LabelNames)}), so an evaluation gives neither a loss nor metrics.";
    }

    private void WarnOfNewWeights()
    {
        if (_isTraining || _isNewnessTold || _model.NewWeights is not { AreTrained: false, Names.Count: > 0 } drawn) return;
        _isNewnessTold = true;
        Warn($"{drawn.Names.Count} parameters of {_model.GetName()} are new ({drawn.Summary}): no checkpoint gave them and no training step was made, so its predictions are random. Train it first, or load a folder that holds them.");
    }

    private PredictionOutput RunEvaluation(Dataset dataset, string prefix, bool predictionsWanted, CancellationToken cancel)
    {
        WarnOfNewWeights();
        using var precision = ComputePrecisionOfRun();
        return new EvaluationLoop(_model, _loader, Args, _computeMetrics, precision).Run(dataset, prefix, predictionsWanted,
            (step, steps) => _callbacks.Tell(callback => callback.OnPredictionStep(Args, State, _control, step, steps)), cancel);
    }

    private ComputePrecision? ComputePrecisionOfRun()
    {
        if (!Args.Bf16) return null;
        if (!_isPrecisionJudged && _model.Device.type == DeviceType.CPU && PrecisionAdvice.Bf16OnProcessor is { } advice) Warn(advice);
        _isPrecisionJudged = true;
        return new ComputePrecision(ScalarType.BFloat16);
    }

    private void Warn(string message)
    {
        _logger?.LogWarning("{Message}", message);
        _callbacks.Tell(callback => callback.OnWarning(Args, State, _control, message));
    }

    private void Log(OrderedDictionary<string, double> line)
    {
        line["epoch"] = State.Epoch;
        line["step"] = State.GlobalStep;
        State.Log.Add(line);
        _logger?.Log(LogLevel.Information, default, new LogLine(line), null, (state, _) => state.ToString());
        _callbacks.Tell(callback => callback.OnLog(Args, State, _control, line));
    }

    private void SaveModelFiles(string folder)
    {
        _model.SavePretrained(folder);
        if (_tokenizer is { CanSave: true })
            _tokenizer.SavePretrained(folder);
        else if (_tokenizer is not null && !_isUnsavedTold)
            Warn($"The tokenizer is not saved beside the model in '{folder}', because another library splits its texts (Tokenizer.FromBackend). Keep that library's own files beside the model.");
        _isUnsavedTold = true;
    }
}
