using PeftSharp.Data;
using PeftSharp.Modeling;
using PeftSharp.Training.Batching;
using PeftSharp.Training.Loop;
using static TorchSharp.torch;

namespace PeftSharp.Training;

/// <content>Evaluation and prediction.</content>
public partial class Trainer
{
    /// <summary>Loss and metrics on the evaluation rows; they are logged, and <c>ToString</c> of the result gives a table. With several evaluation sets: those of each, with its name.</summary>
    /// <param name="evalDataset">The rows to evaluate on. Default null: those of the constructor.</param>
    /// <param name="metricKeyPrefix">Put before each name. Default <c>eval</c>.</param>
    /// <param name="cancellationToken">Checked before each batch.</param>
    /// <exception cref="InvalidOperationException">There are no rows to evaluate on, or the trainer is training on another thread.</exception>
    public IReadOnlyDictionary<string, double> Evaluate(Dataset? evalDataset = null, string metricKeyPrefix = "eval", CancellationToken cancellationToken = default)
    {
        if (evalDataset is not null) return EvaluateOn(ModelColumns.Of(evalDataset, _model, OtherColumns, "evaluation", needsLabels: false, _logger, _labelColumn), metricKeyPrefix, cancellationToken);
        if (_evalDatasets.Count == 0) throw new InvalidOperationException("This trainer was given no evaluation data; pass evalDataset or evalDatasets.");
        return EvaluateOn(_evalDatasets, metricKeyPrefix, cancellationToken);
    }

    /// <summary>Evaluates on a separate thread, so that the calling thread is free.</summary>
    /// <remarks>Do not use the trainer or the model until the task is complete.</remarks>
    /// <inheritdoc cref="Evaluate(Dataset?, string, CancellationToken)"/>
    public Task<IReadOnlyDictionary<string, double>> EvaluateAsync(Dataset? evalDataset = null, string metricKeyPrefix = "eval", CancellationToken cancellationToken = default) =>
        OnSeparateThread(() => Evaluate(evalDataset, metricKeyPrefix, cancellationToken), cancellationToken);

    /// <summary>Loss and metrics on each of several data sets; they are logged.</summary>
    /// <param name="evalDatasets">Data sets by name. The name stands between the prefix and the name of a metric: <c>eval_NAME_loss</c>.</param>
    /// <param name="metricKeyPrefix">Put before each name. Default <c>eval</c>.</param>
    /// <param name="cancellationToken">Checked before each batch.</param>
    /// <exception cref="ArgumentException">There is no data set, or one without a name.</exception>
    public IReadOnlyDictionary<string, double> Evaluate(IReadOnlyDictionary<string, Dataset> evalDatasets, string metricKeyPrefix = "eval", CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(evalDatasets);
        CheckNames(evalDatasets);
        return EvaluateOn([.. evalDatasets.Select(set => ((string?)set.Key, ModelColumns.Of(set.Value, _model, OtherColumns, $"evaluation '{set.Key}'", needsLabels: false, _logger, _labelColumn)))], metricKeyPrefix, cancellationToken);
    }

    /// <summary>Evaluates on each of several data sets on a separate thread, so that the calling thread is free.</summary>
    /// <remarks>Do not use the trainer or the model until the task is complete.</remarks>
    /// <inheritdoc cref="Evaluate(IReadOnlyDictionary{string, Dataset}, string, CancellationToken)"/>
    public Task<IReadOnlyDictionary<string, double>> EvaluateAsync(IReadOnlyDictionary<string, Dataset> evalDatasets, string metricKeyPrefix = "eval", CancellationToken cancellationToken = default) =>
        OnSeparateThread(() => Evaluate(evalDatasets, metricKeyPrefix, cancellationToken), cancellationToken);

    /// <summary>Predictions for rows, with labels and metrics where the rows have labels.</summary>
    /// <param name="testDataset">The rows.</param>
    /// <param name="metricKeyPrefix">Put before each metric's name. Default <c>test</c>.</param>
    /// <param name="cancellationToken">Checked before each batch.</param>
    public PredictionOutput Predict(Dataset testDataset, string metricKeyPrefix = "test", CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(testDataset);
        var output = RunEvaluation(ModelColumns.Of(testDataset, _model, OtherColumns, metricKeyPrefix, needsLabels: false, _logger, _labelColumn), metricKeyPrefix, predictionsWanted: true, cancellationToken);
        _callbacks.Tell(callback => callback.OnPredict(Args, State, _control, output.Metrics));
        return output;
    }

    /// <summary>Computes predictions on a separate thread, so that the calling thread is free.</summary>
    /// <remarks>Do not use the trainer or the model until the task is complete.</remarks>
    /// <inheritdoc cref="Predict"/>
    public Task<PredictionOutput> PredictAsync(Dataset testDataset, string metricKeyPrefix = "test", CancellationToken cancellationToken = default) =>
        OnSeparateThread(() => Predict(testDataset, metricKeyPrefix, cancellationToken), cancellationToken);

    private void WarnOfNewWeights()
    {
        if (_isTraining || _warnedOfNewWeights || _model.NewWeights is not { AreTrained: false, Names.Count: > 0 } drawn) return;
        _warnedOfNewWeights = true;
        Warn($"{drawn.Names.Count} parameters of {_model.GetName()} are new ({drawn.Summary}): no checkpoint gave them and no training step was made, so its predictions are random. Train it first, or load a folder that holds them.");
    }

    private PredictionOutput RunEvaluation(Dataset dataset, string prefix, bool predictionsWanted, CancellationToken cancel)
    {
        if (_isTraining && Environment.CurrentManagedThreadId != _trainingThread)
            throw new InvalidOperationException("This trainer is training on another thread, which changes the weights. Wait until the task of TrainAsync is complete, or evaluate in a callback (TrainerControl.ShouldEvaluate).");
        WarnOfNewWeights();
        using var precision = ComputePrecisionOfRun();
        var outer = _precision;
        _precision = precision;
        try
        {
            var scaling = new LossScaling(_model, isOwn: ReplacesEvaluationLoss, isOverridden: IsOverridden(ComputeLoss) || IsOverridden(PredictionStep), LossIsScaledForGa);
            return new EvaluationLoop(_model, _loader, Args, scaling, Predict, _preprocess, _computeMetrics).Run(dataset, prefix, predictionsWanted,
                (step, steps) => _callbacks.Tell(callback => callback.OnPredictionStep(Args, State, _control, step, steps)), cancel);
        }
        finally { _precision = outer; }

        (Tensor? Loss, IReadOnlyList<Tensor> Logits, Tensor? Labels) Predict(ModelInputs inputs, ForwardOptions options, bool lossOnly)
        {
            using var use = UsePrecision();
            return PredictionStep(_model, inputs, options, lossOnly);
        }
    }

    private MetricTable EvaluateOn(IReadOnlyList<(string? Name, Dataset Data)> sets, string prefix, CancellationToken cancel)
    {
        var all = new OrderedDictionary<string, double>();
        foreach (var (name, data) in sets)
            foreach (var (metric, value) in EvaluateOn(data, PrefixOf(name, prefix), cancel)) all[metric] = value;
        return new MetricTable(all);
    }

    private IReadOnlyDictionary<string, double> EvaluateOn(Dataset dataset, string prefix, CancellationToken cancel)
    {
        var metrics = RunEvaluation(dataset, prefix, predictionsWanted: false, cancel).Metrics;
        Log(new OrderedDictionary<string, double>(metrics));
        _callbacks.Tell(callback => callback.OnEvaluate(Args, State, _control, metrics));
        return metrics;
    }

    private static string PrefixOf(string? name, string prefix) => name is null ? prefix : $"{prefix}_{name}";
}
