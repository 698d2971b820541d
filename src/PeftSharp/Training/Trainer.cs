using Microsoft.Extensions.Logging;
using PeftSharp.Data;
using PeftSharp.Kernels;
using PeftSharp.Modeling;
using PeftSharp.Modeling.Layers;
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
    private readonly Tokenizer? _tokenizer;
    private readonly ComputeMetrics? _computeMetrics;
    private readonly CallbackList _callbacks;
    private readonly ILogger? _logger;
    private TrainerControl _control = new();
    private bool _isPrecisionJudged;

    /// <summary>Checks everything that can be checked before a step is done, seeds libtorch's random stream and moves the model to the device.</summary>
    /// <param name="model">What is trained.</param>
    /// <param name="args">The run; null: its defaults.</param>
    /// <param name="trainDataset">Rows to learn from; needed by <see cref="Train(string?, CancellationToken)"/>.</param>
    /// <param name="evalDataset">Rows to evaluate on.</param>
    /// <param name="dataCollator">Rows to batches. Null: <see cref="PaddingCollator"/> where there is a tokenizer, otherwise <see cref="DefaultCollator"/>.</param>
    /// <param name="processingClass">The tokenizer, saved beside the model.</param>
    /// <param name="computeMetrics">Metrics of an evaluation beside its loss.</param>
    /// <param name="callbacks">Told what happens.</param>
    /// <param name="logger">Told the log lines and what was left out.</param>
    /// <exception cref="ArgumentException">Arguments make no sense; all reasons are in the message.</exception>
    /// <exception cref="DatasetException">A data set has no rows or none of the columns that the model reads.</exception>
    public Trainer(
        PretrainedModel model, TrainingArguments? args = null, Dataset? trainDataset = null, Dataset? evalDataset = null, IDataCollator? dataCollator = null,
        Tokenizer? processingClass = null, ComputeMetrics? computeMetrics = null, IEnumerable<TrainerCallback>? callbacks = null, ILogger? logger = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        Args = args ?? new TrainingArguments();
        TrainingArgumentsCheck.Check(Args, hasEvaluation: evalDataset is not null, hasMetrics: computeMetrics is not null);
        (_model, _tokenizer, _computeMetrics, _logger) = (model, processingClass, computeMetrics, logger);
        _loader = new BatchLoader(dataCollator ?? (processingClass is { PadTokenId: { } pad } tokenizer ? new PaddingCollator(pad, padLeft: tokenizer.PaddingSide == PaddingSide.Left) : new DefaultCollator()), Args);
        _trainDataset = trainDataset is null ? null : ModelColumns.Of(trainDataset, model, Args, "training", logger);
        _evalDataset = evalDataset is null ? null : ModelColumns.Of(evalDataset, model, Args, "evaluation", logger);
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
    /// <param name="resumeFromCheckpoint">A checkpoint's folder to go on from, with the same rows and numbers as if nothing had happened. Null: from the start.</param>
    /// <param name="cancellationToken">Looked at before each step; what was saved stays.</param>
    /// <exception cref="InvalidOperationException">There are no training rows, or gradients are off.</exception>
    /// <exception cref="ArgumentException">No parameter of the model can learn, or a callback or the deciding metric cannot be served.</exception>
    /// <exception cref="NonFiniteLossException">A loss or gradient is no number; the step was not applied.</exception>
    /// <exception cref="CheckpointException">The checkpoint cannot be gone on from.</exception>
    /// <exception cref="IOException">The output folder cannot be written, which is tried before the first step, or the disk is full; earlier checkpoints are unchanged.</exception>
    /// <exception cref="OperationCanceledException">It was asked to stop.</exception>
    public TrainOutput Train(string? resumeFromCheckpoint = null, CancellationToken cancellationToken = default)
    {
        var dataset = _trainDataset ?? throw new InvalidOperationException("This trainer was given no training data; pass trainDataset.");
        if (!is_grad_enabled()) throw new InvalidOperationException("Gradients are off on this thread (no_grad or inference_mode), so nothing can be learned. Call Train outside of it.");
        var groups = ParameterGroups.Of(_model, Args.WeightDecay);
        CheckpointFolder.Prepare(Args.OutputDir);
        try
        {
            return Train(dataset, groups, resumeFromCheckpoint, cancellationToken);
        }
        finally
        {
            TensorAllocator.ReturnFreedMemory();       // of gradients, optimizer state and activations
        }
    }

    /// <summary>Trains, going on from the newest checkpoint in <see cref="TrainingArguments.OutputDir"/> where <paramref name="resumeFromCheckpoint"/> is true.</summary>
    /// <exception cref="CheckpointException">There is no checkpoint, or it cannot be gone on from.</exception>
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
        var dataset = evalDataset is not null ? ModelColumns.Of(evalDataset, _model, Args, "evaluation", _logger)
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
        var output = RunEvaluation(ModelColumns.Of(testDataset, _model, Args, metricKeyPrefix, _logger), metricKeyPrefix, predictionsWanted: true, cancellationToken);
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
        var optimizer = OptimizerFactory.Create(Args.Optim, groups, Args.AdamBeta1, Args.AdamBeta2, Args.AdamEpsilon);
        using var run = new TrainingRun(Args, StepPlan.For(dataset.Count, Args), optimizer, _callbacks);
        run.Begin(resumeFromCheckpoint is null ? null : TrainerStateFile.Read(resumeFromCheckpoint));
        (State, _control) = (run.State, run.Control);
        using var randomState = resumeFromCheckpoint is null ? null : Checkpoint.ReadInto(run, resumeFromCheckpoint);
        if (resumeFromCheckpoint is not null) _model.LoadWeights(resumeFromCheckpoint);      // last: an error before it leaves the model as it was
        using var precision = ComputePrecisionOfRun();
        var update = new UpdateStep(_model, optimizer, [.. optimizer.Parameters.Select(parameter => parameter.Value)], Args.MaxGradNorm, precision);
        var loop = new TrainingLoop(run, _model, dataset, _loader, update, cancel => Evaluate(cancellationToken: cancel), Log, SaveModelFiles);
        return loop.Run(randomState, cancellationToken);
    }

    private PredictionOutput RunEvaluation(Dataset dataset, string prefix, bool predictionsWanted, CancellationToken cancel)
    {
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
        _logger?.LogInformation("{Line}", string.Join(", ", line.Select(pair => FormattableString.Invariant($"{pair.Key} = {pair.Value}"))));
        _callbacks.Tell(callback => callback.OnLog(Args, State, _control, line));
    }

    private void SaveModelFiles(string folder)
    {
        _model.SavePretrained(folder);
        _tokenizer?.SavePretrained(folder);
    }
}
