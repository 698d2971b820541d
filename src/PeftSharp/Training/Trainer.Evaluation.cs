using Microsoft.Extensions.Logging;
using PeftSharp.Data;
using PeftSharp.Modeling;
using PeftSharp.Training.Batching;
using PeftSharp.Training.Loop;
using PeftSharp.Tuners;
using static TorchSharp.torch;

namespace PeftSharp.Training;

/// <content>Evaluation and prediction.</content>
public partial class Trainer
{
    /// <summary>Evaluates the model: computes and logs the loss and the metrics of each evaluation dataset.</summary>
    /// <param name="evalDataset">
    /// The evaluation data, a <see cref="Dataset"/> or an <see cref="IterableDataset"/>. Default null: the evaluation datasets of the
    /// constructor.
    /// </param>
    /// <param name="metricKeyPrefix">The prefix of the metric names. Default <c>eval</c>.</param>
    /// <param name="cancellationToken">Checked before each batch.</param>
    /// <returns>
    /// The metrics by name, such as <c>eval_loss</c>, or <c>eval_NAME_loss</c> with several evaluation datasets. <c>ToString</c> returns a
    /// table.
    /// </returns>
    /// <exception cref="DatasetException">
    /// The dataset has no rows or none of the columns that the model reads, a class has another id in the dataset than in the model, or a
    /// batch is invalid.
    /// </exception>
    /// <exception cref="ArgumentException">A batch has more tokens than the model has positions.</exception>
    /// <exception cref="InvalidOperationException">
    /// There is no evaluation dataset, the trainer is training on another thread, or a tensor operation of <c>computeLoss</c> failed.
    /// </exception>
    /// <exception cref="OperationCanceledException">The evaluation was cancelled.</exception>
    public IReadOnlyDictionary<string, double> Evaluate(
        DatasetBase? evalDataset = null, string metricKeyPrefix = "eval", CancellationToken cancellationToken = default)
    {
        if (evalDataset is not null)
            return EvaluateOn(EvaluationSetOf(evalDataset, null, "evaluation"), metricKeyPrefix, cancellationToken);
        if (_evalDatasets.Count == 0)
            throw new InvalidOperationException("The trainer has no evaluation dataset. Pass evalDataset or evalDatasets.");
        return EvaluateOn(_evalDatasets, metricKeyPrefix, cancellationToken);
    }

    /// <summary>Evaluates the model on a separate thread, so that the calling thread is not blocked.</summary>
    /// <remarks>Do not use the trainer or the model until the task is complete.</remarks>
    /// <inheritdoc cref="Evaluate(DatasetBase?, string, CancellationToken)"/>
    public Task<IReadOnlyDictionary<string, double>> EvaluateAsync(
        DatasetBase? evalDataset = null, string metricKeyPrefix = "eval", CancellationToken cancellationToken = default) =>
        OnSeparateThread(() => Evaluate(evalDataset, metricKeyPrefix, cancellationToken), cancellationToken);

    /// <summary>Evaluates the model on several datasets: computes and logs the loss and the metrics of each.</summary>
    /// <param name="evalDatasets">
    /// The datasets by name. Metric names contain the name of the dataset after the prefix: <c>eval_NAME_loss</c>.
    /// </param>
    /// <param name="metricKeyPrefix">The prefix of the metric names. Default <c>eval</c>.</param>
    /// <param name="cancellationToken">Checked before each batch.</param>
    /// <returns>The metrics of all datasets by name. <c>ToString</c> returns a table.</returns>
    /// <exception cref="ArgumentException">
    /// There is no dataset, a dataset is null or has no name, or a batch has more tokens than the model has positions.
    /// </exception>
    /// <exception cref="DatasetException">
    /// A dataset has no rows or none of the columns that the model reads, a class has another id in a dataset than in the model, or a batch
    /// is invalid.
    /// </exception>
    /// <exception cref="InvalidOperationException">
    /// The trainer is training on another thread, or a tensor operation of <c>computeLoss</c> failed.
    /// </exception>
    /// <exception cref="OperationCanceledException">The evaluation was cancelled.</exception>
    public IReadOnlyDictionary<string, double> Evaluate(
        IReadOnlyDictionary<string, Dataset> evalDatasets, string metricKeyPrefix = "eval", CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(evalDatasets);
        CheckNames(evalDatasets);
        return EvaluateOn(
            [.. evalDatasets.Select(set => EvaluationSetOf(set.Value, set.Key, $"evaluation '{set.Key}'"))],
            metricKeyPrefix, cancellationToken);
    }

    /// <summary>Evaluates the model on several datasets on a separate thread, so that the calling thread is not blocked.</summary>
    /// <remarks>Do not use the trainer or the model until the task is complete.</remarks>
    /// <inheritdoc cref="Evaluate(IReadOnlyDictionary{string, Dataset}, string, CancellationToken)"/>
    public Task<IReadOnlyDictionary<string, double>> EvaluateAsync(
        IReadOnlyDictionary<string, Dataset> evalDatasets, string metricKeyPrefix = "eval",
        CancellationToken cancellationToken = default) =>
        OnSeparateThread(() => Evaluate(evalDatasets, metricKeyPrefix, cancellationToken), cancellationToken);

    /// <summary>Computes predictions for a dataset and, if it has labels, the loss and the metrics. Nothing is logged.</summary>
    /// <param name="testDataset">The data, a <see cref="Dataset"/> or an <see cref="IterableDataset"/>.</param>
    /// <param name="metricKeyPrefix">The prefix of the metric names. Default <c>test</c>.</param>
    /// <param name="cancellationToken">Checked before each batch.</param>
    /// <returns>The predictions, the labels if the data has labels, and the metrics by name.</returns>
    /// <exception cref="DatasetException">
    /// The dataset has no rows or none of the columns that the model reads, a class has another id in the dataset than in the model, or a
    /// batch is invalid.
    /// </exception>
    /// <exception cref="ArgumentException">A batch has more tokens than the model has positions.</exception>
    /// <exception cref="InvalidOperationException">
    /// The trainer is training on another thread, or a tensor operation of <c>computeLoss</c> failed.
    /// </exception>
    /// <exception cref="OperationCanceledException">The prediction was cancelled.</exception>
    public PredictionOutput Predict(
        DatasetBase testDataset, string metricKeyPrefix = "test", CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(testDataset);
        var output = RunEvaluation(
            EvaluationSetOf(testDataset, null, metricKeyPrefix), metricKeyPrefix, returnPredictions: true, cancellationToken);
        _callbacks.Invoke(callback => callback.OnPredict(Args, State, _control, output.Metrics));
        return output;
    }

    /// <summary>Computes predictions on a separate thread, so that the calling thread is not blocked.</summary>
    /// <remarks>Do not use the trainer or the model until the task is complete.</remarks>
    /// <inheritdoc cref="Predict"/>
    public Task<PredictionOutput> PredictAsync(
        DatasetBase testDataset, string metricKeyPrefix = "test", CancellationToken cancellationToken = default) =>
        OnSeparateThread(() => Predict(testDataset, metricKeyPrefix, cancellationToken), cancellationToken);

    /// <summary>Selects the columns of an evaluation or test dataset that the model reads.</summary>
    /// <param name="dataset">The dataset or stream.</param>
    /// <param name="name">The name of one of several sets; null if there is only one.</param>
    /// <param name="role">The purpose of the dataset, for messages.</param>
    /// <exception cref="DatasetException">
    /// The dataset has no rows or none of the columns that the model reads, or a class has another id than in the model.
    /// </exception>
    private EvaluationSet EvaluationSetOf(DatasetBase dataset, string? name, string role) => dataset is not IterableDataset stream
        ? new EvaluationSet(name, SelectColumns((Dataset)dataset, role, _logger), Stream: null)
        : new EvaluationSet(name, RowStream.Head(stream, Args.PerDeviceEvalBatchSize, rows => SelectColumns(rows, role, _logger)),
            new RowStream(stream, rows => SelectColumns(rows, role, logger: null), role));

    private Dataset SelectColumns(Dataset dataset, string role, ILogger? logger)
    {
        var selected = ModelColumns.Of(
            dataset, _model, UnusedColumnsHandling, role, needsLabels: false, logger, _labelColumn, _loader.ColumnNames);
        if (_loader.ReadsLabels) ClassNames.RequireSameIds(selected, _model, role);
        return selected;
    }

    private void WarnAboutNewWeights()
    {
        if (_isTraining || _warnedAboutNewWeights || _model.UntrainedWeights is not { Count: > 0 } untrained) return;
        WarnAboutNewWeights(NewWeights.Warning(_model, untrained));
    }

    private void WarnAboutNewWeights(string message)
    {
        _warnedAboutNewWeights = true;
        // The warning is not written to the standard error stream a second time.
        if (_callbacks.ReceivesWarnings || (_model as PeftModel)?.WarningOnStandardError != message) Warn(message);
    }

    private PredictionOutput RunEvaluation(EvaluationSet set, string prefix, bool returnPredictions, CancellationToken cancel)
    {
        if (_isTraining && Environment.CurrentManagedThreadId != _trainingThread)
            throw new InvalidOperationException("The trainer is training on another thread, which changes the weights. "
                + "Wait until the task of TrainAsync is complete, or evaluate in a callback (TrainerControl.ShouldEvaluate).");
        _model.ThrowIfDisposed();
        WarnAboutNewWeights();
        using var precision = ComputePrecisionOfRun();
        var outer = _precision;
        _precision = precision;
        try
        {
            var scaling = new LossScaling(_model, isCustom: ReplacesEvaluationLoss,
                isOverridden: IsOverridden(ComputeLoss) || IsOverridden(PredictionStep), LossUsesNumItemsInBatch);
            return new EvaluationLoop(_model, _loader, Args, scaling, Predict, _preprocess, _computeMetrics).Run(
                set, prefix, returnPredictions, (step, steps) =>
                    _callbacks.Invoke(callback => callback.OnPredictionStep(Args, State, _control, step, steps)), cancel);
        }
        finally { _precision = outer; }

        (Tensor? Loss, IReadOnlyList<Tensor> Logits, Tensor? Labels) Predict(ModelInputs inputs, ForwardOptions options, bool lossOnly)
        {
            using var use = UsePrecision();
            return PredictionStep(_model, inputs, options, lossOnly);
        }
    }

    private MetricTable EvaluateOn(IReadOnlyList<EvaluationSet> sets, string prefix, CancellationToken cancel)
    {
        var all = new OrderedDictionary<string, double>();
        foreach (var set in sets)
            foreach (var (metric, value) in EvaluateOn(set, PrefixOf(set.Name, prefix), cancel)) all[metric] = value;
        return new MetricTable(all);
    }

    private IReadOnlyDictionary<string, double> EvaluateOn(EvaluationSet set, string prefix, CancellationToken cancel)
    {
        var metrics = RunEvaluation(set, prefix, returnPredictions: false, cancel).Metrics;
        Log(new OrderedDictionary<string, double>(metrics));
        _callbacks.Invoke(callback => callback.OnEvaluate(Args, State, _control, metrics));
        return metrics;
    }

    private static string PrefixOf(string? name, string prefix) => name is null ? prefix : $"{prefix}_{name}";
}
