using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;
using PeftSharp.Data;
using PeftSharp.Internal;
using PeftSharp.Modeling;
using PeftSharp.Optimization;
using PeftSharp.Tokenization;
using PeftSharp.Training.Batching;
using PeftSharp.Training.Callbacks;
using PeftSharp.Training.Publishing;
using static TorchSharp.torch;

namespace PeftSharp.Training;

/// <content>Construction.</content>
public partial class Trainer
{
    /// <summary>
    /// Creates a trainer: checks the arguments and datasets, seeds libtorch's default random number generator and moves the model to the
    /// GPU, or to the CPU if there is no GPU or <see cref="TrainingArguments.UseCpu"/> is set.
    /// </summary>
    /// <param name="model">The model to train.</param>
    /// <param name="args">The arguments of the run. Null: the defaults.</param>
    /// <param name="trainDataset">
    /// The training data: a <see cref="Dataset"/>, or an <see cref="IterableDataset"/>, whose rows are read in the order of the stream.
    /// Required by <see cref="Train"/>.
    /// </param>
    /// <param name="evalDataset">The evaluation data: a <see cref="Dataset"/> or an <see cref="IterableDataset"/>. Null: none.</param>
    /// <param name="dataCollator">
    /// Collates rows into batches. Null: a <see cref="DataCollatorWithPadding"/> if the tokenizer has a padding token, otherwise a
    /// <see cref="DefaultDataCollator"/>.
    /// </param>
    /// <param name="tokenizer">
    /// The tokenizer. Its padding token pads the batches. The tokenizer is saved together with the model; if it cannot be saved
    /// (<see cref="Tokenizer.CanSave"/>), the trainer warns. Null: none.
    /// </param>
    /// <param name="computeMetrics">Computes the metrics of an evaluation in addition to its loss. Null: no further metrics.</param>
    /// <param name="callbacks">Callbacks, which are called at each event of a run. Null: none.</param>
    /// <param name="logger">
    /// Receives the events of a run (<see cref="TrainingEvents"/>), warnings, and the names of removed columns. Null: warnings are written
    /// to the standard error stream, unless a callback handles them.
    /// </param>
    /// <param name="computeLoss">Computes the loss of a batch. Null: the loss of the model.</param>
    /// <param name="optimizers">
    /// An optimizer of the parameters of the model, and a learning-rate schedule. If one of the two objects is null, the trainer creates it
    /// according to <paramref name="args"/>. The trainer does not dispose the optimizer that is passed; the optimizer keeps its state
    /// between calls of <see cref="Train"/>. The schedule determines the learning rate of each step.
    /// </param>
    /// <param name="parameterGroups">
    /// Returns the parameter groups of the optimizer that the trainer creates, with the weight decay and the learning-rate scale of each.
    /// Null: <see cref="ParameterGroups.Create"/>.
    /// </param>
    /// <param name="preprocessLogitsForMetrics">
    /// Replaces the predictions of each evaluation batch before they are stored. Null: they are stored unchanged.
    /// </param>
    /// <param name="evalDatasets">
    /// Several evaluation datasets by name, instead of <paramref name="evalDataset"/>. Their metrics are named <c>eval_NAME_loss</c> and so
    /// on. Null: none.
    /// </param>
    /// <param name="labelColumn">
    /// The name of the label column. Null: <c>labels</c>, <c>label</c> or <c>label_ids</c>; case and underscores are ignored.
    /// </param>
    /// <exception cref="ArgumentException">
    /// Arguments are invalid or exclude each other. The message lists every invalid value of <paramref name="args"/>.
    /// </exception>
    /// <exception cref="DatasetException">
    /// A dataset has no rows, or none of its columns is an input of the model. A dataset has an unused column, but
    /// <see cref="TrainingArguments.RemoveUnusedColumns"/> is false and there is no custom collator or loss. The training dataset has
    /// no labels, or the loss of the model does not support their type or length. A label is not a class of the model, or a class has
    /// another id in a dataset than in the model. For <see cref="SamplingStrategy.GroupByLength"/>, the training dataset has neither a
    /// column with the lengths nor <c>input_ids</c>.
    /// </exception>
    public Trainer(
        PretrainedModel model, TrainingArguments? args = null, DatasetBase? trainDataset = null, DatasetBase? evalDataset = null,
        IDataCollator? dataCollator = null, Tokenizer? tokenizer = null, ComputeMetrics? computeMetrics = null,
        IEnumerable<TrainerCallback>? callbacks = null, ILogger? logger = null, ComputeLoss? computeLoss = null,
        (Optimizer? Optimizer, LearningRateSchedule? LrScheduler) optimizers = default,
        Func<PretrainedModel, IEnumerable<ParameterGroup>>? parameterGroups = null,
        PreprocessLogitsForMetrics? preprocessLogitsForMetrics = null, IReadOnlyDictionary<string, Dataset>? evalDatasets = null,
        string? labelColumn = null)
        : this(NotNull(model), null, args, trainDataset, evalDataset, dataCollator, tokenizer, computeMetrics, callbacks, logger,
            computeLoss, optimizers, parameterGroups, preprocessLogitsForMetrics, evalDatasets, labelColumn)
    { }

    /// <summary>Creates a trainer that creates a new model for each call of <see cref="Train"/>.</summary>
    /// <param name="modelInit">
    /// Creates the model. It is called by the constructor and at the start of each <see cref="Train"/>, after the random number generators
    /// were seeded with <see cref="TrainingArguments.Seed"/>, so that new weights are initialized identically.
    /// </param>
    /// <param name="args">The arguments of the run. Null: the defaults.</param>
    /// <param name="trainDataset">
    /// The training data: a <see cref="Dataset"/>, or an <see cref="IterableDataset"/>, whose rows are read in the order of the stream.
    /// Required by <see cref="Train"/>.
    /// </param>
    /// <param name="evalDataset">The evaluation data: a <see cref="Dataset"/> or an <see cref="IterableDataset"/>. Null: none.</param>
    /// <param name="dataCollator">
    /// Collates rows into batches. Null: a <see cref="DataCollatorWithPadding"/> if the tokenizer has a padding token, otherwise a
    /// <see cref="DefaultDataCollator"/>.
    /// </param>
    /// <param name="tokenizer">
    /// The tokenizer. Its padding token pads the batches. The tokenizer is saved together with the model; if it cannot be saved
    /// (<see cref="Tokenizer.CanSave"/>), the trainer warns. Null: none.
    /// </param>
    /// <param name="computeMetrics">Computes the metrics of an evaluation in addition to its loss. Null: no further metrics.</param>
    /// <param name="callbacks">Callbacks, which are called at each event of a run. Null: none.</param>
    /// <param name="logger">
    /// Receives the events of a run (<see cref="TrainingEvents"/>), warnings, and the names of removed columns. Null: warnings are written
    /// to the standard error stream, unless a callback handles them.
    /// </param>
    /// <param name="computeLoss">Computes the loss of a batch. Null: the loss of the model.</param>
    /// <param name="parameterGroups">
    /// Returns the parameter groups of the optimizer that the trainer creates, with the weight decay and the learning-rate scale of each.
    /// Null: <see cref="ParameterGroups.Create"/>.
    /// </param>
    /// <param name="preprocessLogitsForMetrics">
    /// Replaces the predictions of each evaluation batch before they are stored. Null: they are stored unchanged.
    /// </param>
    /// <param name="evalDatasets">
    /// Several evaluation datasets by name, instead of <paramref name="evalDataset"/>. Their metrics are named <c>eval_NAME_loss</c> and so
    /// on. Null: none.
    /// </param>
    /// <param name="labelColumn">
    /// The name of the label column. Null: <c>labels</c>, <c>label</c> or <c>label_ids</c>; case and underscores are ignored.
    /// </param>
    /// <exception cref="ArgumentException">
    /// Arguments are invalid or exclude each other. The message lists every invalid value of <paramref name="args"/>.
    /// </exception>
    /// <exception cref="DatasetException">
    /// A dataset has no rows, or none of its columns is an input of the model. A dataset has an unused column, but
    /// <see cref="TrainingArguments.RemoveUnusedColumns"/> is false and there is no custom collator or loss. The training dataset has
    /// no labels, or the loss of the model does not support their type or length. A label is not a class of the model, or a class has
    /// another id in a dataset than in the model. For <see cref="SamplingStrategy.GroupByLength"/>, the training dataset has neither a
    /// column with the lengths nor <c>input_ids</c>.
    /// </exception>
    /// <exception cref="InvalidOperationException"><paramref name="modelInit"/> returned null.</exception>
    public Trainer(
        Func<PretrainedModel> modelInit, TrainingArguments? args = null, DatasetBase? trainDataset = null, DatasetBase? evalDataset = null,
        IDataCollator? dataCollator = null, Tokenizer? tokenizer = null, ComputeMetrics? computeMetrics = null,
        IEnumerable<TrainerCallback>? callbacks = null, ILogger? logger = null, ComputeLoss? computeLoss = null,
        Func<PretrainedModel, IEnumerable<ParameterGroup>>? parameterGroups = null,
        PreprocessLogitsForMetrics? preprocessLogitsForMetrics = null, IReadOnlyDictionary<string, Dataset>? evalDatasets = null,
        string? labelColumn = null)
        : this(null, NotNull(modelInit), args, trainDataset, evalDataset, dataCollator, tokenizer, computeMetrics, callbacks, logger,
            computeLoss, optimizers: default, parameterGroups, preprocessLogitsForMetrics, evalDatasets, labelColumn)
    { }

    private Trainer(
        PretrainedModel? model, Func<PretrainedModel>? modelInit, TrainingArguments? args,
        DatasetBase? trainDataset, DatasetBase? evalDataset,
        IDataCollator? dataCollator, Tokenizer? tokenizer, ComputeMetrics? computeMetrics, IEnumerable<TrainerCallback>? callbacks,
        ILogger? logger, ComputeLoss? computeLoss, (Optimizer? Optimizer, LearningRateSchedule? LrScheduler) optimizers,
        Func<PretrainedModel, IEnumerable<ParameterGroup>>? parameterGroups, PreprocessLogitsForMetrics? preprocessLogitsForMetrics,
        IReadOnlyDictionary<string, Dataset>? evalDatasets, string? labelColumn)
    {
        CheckExclusions(evalDataset, optimizers.Optimizer, parameterGroups, evalDatasets);
        callbacks = [.. callbacks ?? []];
        Args = args ?? new TrainingArguments();
        (string? Name, DatasetBase Data)[] evaluations =
            [.. evalDataset is null ? [] : new (string?, DatasetBase)[] { (null, evalDataset) },
            .. evalDatasets?.Select(set => ((string?)set.Key, (DatasetBase)set.Value)) ?? []];
        TrainingArgumentsCheck.Check(Args, [.. evaluations.Select(set => $"{PrefixOf(set.Name, "eval")}_")],
            hasMetrics: computeMetrics is not null, hasSchedule: optimizers.LrScheduler is not null, trainDataset as IterableDataset);
        if (trainDataset is IterableDataset && IsOverridden(GetTrainBatches))
            throw new ArgumentException($"{TypeName.Of(this)} overrides GetTrainBatches, but the rows of a stream have no index. "
                + "Pass a Dataset, or do not override the method: the rows are read in the order of the stream.", nameof(trainDataset));
        (_modelInit, _computeMetrics, _computeLoss, _optimizers) = (modelInit, computeMetrics, computeLoss, optimizers);
        (_parameterGroups, _preprocess, _logger, _labelColumn) = (parameterGroups, preprocessLogitsForMetrics, logger, labelColumn);
        _model = model ?? CreateModel();
        _model.ThrowIfDisposed();
        Context = new TrainerContext(_model, tokenizer);
        AlignPadToken();
        _loader = new BatchLoader(
            dataCollator ?? (tokenizer?.PadTokenId is null ? new DefaultDataCollator(hasTokenizer: tokenizer is not null)
                : new DataCollatorWithPadding(tokenizer)), Args, () => _model);
        var readsLabels = dataCollator is null or DefaultDataCollator or DataCollatorWithPadding;       // other collators may create labels
        var needsLabels = readsLabels && !ReplacesTrainingLoss;
        (_trainDataset, _trainStream) = trainDataset switch
        {
            Dataset rows => (SelectTrainColumns(rows, needsLabels, logger), null),
            IterableDataset stream => (
                RowStream.Head(stream, Args.PerDeviceTrainBatchSize, rows => SelectTrainColumns(rows, needsLabels, logger)),
                new RowStream(stream, rows => SelectTrainColumns(rows, needsLabels, logger: null), "training")),
            _ => ((Dataset?)null, (RowStream?)null),
        };
        if (Args.TrainSamplingStrategy == SamplingStrategy.GroupByLength && trainDataset is Dataset dataset)
            _trainLengths = RowLengths.Of(dataset, _trainDataset!, Args.LengthColumnName);
        _evalDatasets = [.. evaluations.Select(
            set => EvaluationSetOf(set.Data, set.Name, set.Name is null ? "evaluation" : $"evaluation '{set.Name}'"))];
        AlignLabelNames();
        _events = logger is null ? null : new LoggerEvents(logger);
        _tensorBoard = Args.ReportTo == ReportTo.TensorBoard
            ? new TensorBoardCallback(Args.LoggingDir ?? Path.Combine(Args.OutputDir, "runs"))
            : null;
        _callbacks = new CallbackList(
            [new DefaultFlowCallback(), .. new TrainerCallback?[]
            {
                _events, _tensorBoard, EarlyStopping(callbacks), Args.PushToHub ? new CheckpointUploads(Warn) : null,
            }
                .OfType<TrainerCallback>(), .. callbacks], Context);
        manual_seed(Args.Seed);
        MoveToDevice();
    }

    private Dataset SelectTrainColumns(Dataset rows, bool needsLabels, ILogger? logger) => ModelColumns.Of(
        rows, _model, UnusedColumnsHandling, "training", needsLabels, logger, _labelColumn, _loader.ColumnNames);

    private static T NotNull<T>(T argument, [CallerArgumentExpression(nameof(argument))] string? name = null) where T : class
    {
        ArgumentNullException.ThrowIfNull(argument, name);
        return argument;
    }
}
