using PeftSharp.Data;
using PeftSharp.Internal;
using PeftSharp.Modeling;
using PeftSharp.Optimization;
using PeftSharp.Training.Batching;
using PeftSharp.Training.Checkpoints;
using PeftSharp.Training.Loop;
using TorchSharp;
using static TorchSharp.torch;
using Optimizer = PeftSharp.Optimization.Optimizer;

namespace PeftSharp.Training;

/// <content>Creation of the model, the warnings of a new run, and checks of the arguments and of the results of custom functions and
/// overriding methods.</content>
public partial class Trainer
{
    private UnusedColumns UnusedColumnsHandling => Args.RemoveUnusedColumns ? UnusedColumns.Remove : _loader.IsCustom ? UnusedColumns.Raw
        : ReplacesTrainingLoss || ReplacesEvaluationLoss ? UnusedColumns.Keep : UnusedColumns.Reject;

    private static void CheckExclusions(
        DatasetBase? evalDataset, Optimizer? optimizer,
        Func<PretrainedModel, IEnumerable<ParameterGroup>>? parameterGroups, IReadOnlyDictionary<string, Dataset>? evalDatasets)
    {
        if (optimizer is not null && parameterGroups is not null)
            throw new ArgumentException("Both an optimizer, which has its own parameter groups, and parameterGroups were given. "
                + "Pass one of the two.", nameof(parameterGroups));
        if (evalDataset is not null && evalDatasets is not null)
            throw new ArgumentException("Both evalDataset and evalDatasets were given. Pass one of the two.", nameof(evalDatasets));
        if (evalDatasets is not null) CheckNames(evalDatasets);
    }

    private static void CheckNames(IReadOnlyDictionary<string, Dataset> evalDatasets)
    {
        if (evalDatasets.Count == 0) throw new ArgumentException("evalDatasets is empty. Add at least one dataset.", nameof(evalDatasets));
        foreach (var (name, data) in evalDatasets)
        {
            if (string.IsNullOrWhiteSpace(name))
                throw new ArgumentException("A dataset of evalDatasets has an empty name. Set a name: "
                    + "it becomes part of the metric names (eval_NAME_loss).", nameof(evalDatasets));
            if (data is null)
            {
                throw new ArgumentException(
                    $"The dataset '{name}' of evalDatasets is null. Pass a dataset, or remove the entry.", nameof(evalDatasets));
            }
        }
    }

    /// <summary>Returns the callback of <see cref="TrainingArguments.EarlyStoppingPatience"/>; null if it is not set.</summary>
    /// <exception cref="ArgumentException">The callbacks already contain an <see cref="EarlyStoppingCallback"/>.</exception>
    private EarlyStoppingCallback? EarlyStopping(IEnumerable<TrainerCallback> callbacks) => Args.EarlyStoppingPatience is not { } patience
        ? null
        : callbacks.Any(callback => callback is EarlyStoppingCallback)
            ? throw new ArgumentException($"Both EarlyStoppingPatience ({patience}) and an EarlyStoppingCallback were given. "
                + "Set one of the two.", nameof(callbacks))
            : new EarlyStoppingCallback(patience, Args.EarlyStoppingThreshold);

    private PretrainedModel CreateModel()
    {
        Seed.Set(Args.Seed);
        return _modelInit!() ?? throw new InvalidOperationException("modelInit returned null. It must return the model to train.");
    }

    /// <summary>
    /// Replaces the model with a new one that <c>modelInit</c> creates. Does nothing if the trainer has no <c>modelInit</c>.
    /// </summary>
    private void ReinitializeModel()
    {
        if (_modelInit is null) return;
        var model = CreateModel();
        if (ReferenceEquals(model, _model))
            throw new InvalidOperationException("modelInit returned the model of the previous run, which is already trained. "
                + "Return a new model, or pass the model as the argument 'model'.");
        _model.Dispose();
        (_model, Context.Model) = (model, model);
        AlignPadToken();
        AlignLabelNames();
        MoveToDevice();
    }

    /// <summary>
    /// If the configuration has no padding token, sets it to the padding token of the tokenizer, as transformers does. A decoder that
    /// classifies texts needs the padding token to find the last token of a row.
    /// </summary>
    private void AlignPadToken()
    {
        if (Context.Tokenizer?.PadTokenId is { } pad && _model.Config.PadTokenId is null) _model.SetPadTokenId(pad);
    }

    /// <summary>
    /// If the classes of the model have no names, gives them the names in the training data, so that the model is saved with these names.
    /// Then checks that the data and the model have the same classes.
    /// </summary>
    /// <exception cref="DatasetException">
    /// A label is not a class of the model, or a class has another id in the data than in the model.
    /// </exception>
    private void AlignLabelNames()
    {
        if (_trainDataset is { } data)
        {
            if (_loader.ReadsLabels && !ReplacesTrainingLoss) ClassNames.RequireClasses(data, _model, "training");
            if (ClassNames.Of(data, _model) is { } names && names.Count == _model.Config.NumLabels) _model.SetLabelNames(names);
            if (_loader.ReadsLabels) ClassNames.RequireSameIds(data, _model, "training");
        }
        foreach (var (name, evaluation, _) in _loader.ReadsLabels ? _evalDatasets : [])
            ClassNames.RequireSameIds(evaluation, _model, name is null ? "evaluation" : $"evaluation '{name}'");
    }

    /// <summary>Checks that the padding token, and all token ids in the data of the run, have embeddings.</summary>
    /// <exception cref="DatasetException">A row contains an id that has no embedding, or the padding token has none.</exception>
    private void CheckTokenIds(Dataset trainDataset)
    {
        if (_loader.IsCustom) return;                              // a custom collator may replace the ids
        if (Context.Tokenizer is { PadTokenId: { } id } tokenizer && id >= VocabularyMatch.Limit(_model))
            throw new DatasetException($"The padding token '{tokenizer.PadToken}' of the tokenizer has the id {id}, but "
                + $"{_model.GetName()} has embeddings for {VocabularyMatch.Limit(_model)} tokens (vocab_size), so padded batches cannot be "
                + $"computed. {VocabularyMatch.Remedy(tokenizer)}");
        TokenIdCheck.Require(trainDataset, _model, "training");
        foreach (var (name, evaluation, _) in Args.EvalStrategy == IntervalStrategy.No && !Args.EvalOnStart ? [] : _evalDatasets)
            TokenIdCheck.Require(evaluation, _model, name is null ? "evaluation" : $"evaluation '{name}'");
    }

    private void MoveToDevice()
    {
        var device = !Args.UseCpu && cuda.is_available() ? CUDA : CPU;
        if (_model.Device.type != device.type) _model.to(device);
    }

    /// <exception cref="ArgumentException">The optimizer has a parameter that the model does not have.</exception>
    private void CheckOptimizer(Optimizer optimizer)
    {
        var modelParameters = _model.parameters().Select(parameter => parameter.Handle).ToHashSet();
        if (optimizer.Parameters.FirstOrDefault(
            parameter => parameter.Value.IsInvalid || !modelParameters.Contains(parameter.Value.Handle)) is { } unknown)
            throw new ArgumentException(
                $"The optimizer's parameter '{unknown.Name}' is not a parameter of {_model.GetName()}. Moving a model to a device and "
                + "adding adapters replace its parameters: create the optimizer afterwards, or override CreateOptimizer.");
    }

    private IEnumerable<string> ParametersWithoutGroupWarnings(Optimizer optimizer)
    {
        string[] names = [.. UpdateStep.ParametersWithoutGroup(_model, optimizer).Select(parameter => parameter.Name)];
        if (names.Length > 0)
            yield return $"The optimizer does not train {Quantity.Of(names.Length, "trainable parameter")}, because no parameter group "
                + $"contains {(names.Length == 1 ? "it" : "them")}: {string.Join(", ", names.Take(3))}{(names.Length > 3 ? ", …" : "")}. "
                + "Add each parameter to a group, or freeze it (requires_grad = false) to save the time for its gradient.";
    }

    /// <summary>Returns the batches of the first epoch, and restores the state of the random number generator.</summary>
    /// <exception cref="DatasetException">There are no batches.</exception>
    private IReadOnlyList<int[]> FirstTrainBatches(Dataset dataset)
    {
        using var state = DefaultGenerator.Save();
        var batches = GetTrainBatches(dataset, epoch: 0);
        DefaultGenerator.Restore(state);
        return batches.Count > 0 ? batches : throw new DatasetException(
            $"GetTrainBatches of {TypeName.Of(this)} returned no batches for epoch 0. Return at least one batch.");
    }

    /// <exception cref="DatasetException">
    /// An overriding method returned another number of batches than in the first epoch, an empty batch, or a row index out of range.
    /// </exception>
    private IReadOnlyList<int[]> TrainBatchesOf(Dataset dataset, int epoch, StepPlan plan)
    {
        var batches = GetTrainBatches(dataset, epoch);
        if (!IsOverridden(GetTrainBatches)) return batches;
        if (batches.Count != plan.BatchesPerEpoch)
            throw new DatasetException($"GetTrainBatches returned {Quantity.Of(batches.Count, "batch")} for epoch {epoch}, but "
                + $"{plan.BatchesPerEpoch} for epoch 0. Return the same number of batches in every epoch: it determines the number of "
                + "steps of the run.");
        foreach (var (index, rows) in batches.Index())
            if (rows.Length == 0 || rows.Any(row => row < 0 || row >= dataset.Count))
                throw new DatasetException($"GetTrainBatches returned the rows [{string.Join(", ", rows)}] for batch {index} of epoch "
                    + $"{epoch}. A batch must have at least one row, and row indices must be 0 to {dataset.Count - 1}.");
        return batches;
    }

    /// <summary>Returns the warnings at the start of a new run.</summary>
    private IEnumerable<string> NewRunWarnings()
    {
        if (CheckpointFolder.All(Args.OutputDir) is { Count: > 0 } existing)
            yield return $"OutputDir '{Args.OutputDir}' contains checkpoints of an earlier run: "
                + $"{string.Join(", ", existing.Select(checkpoint => Path.GetFileName(checkpoint.Folder)))}. A new run starts: "
                + "it overwrites the checkpoints of the same steps and keeps the others. "
                + "Call Train(Resume.Last) to resume the earlier run, or choose another OutputDir.";
        if (Context.Tokenizer is { } tokenizer && VocabularyMatch.Warning(_model, tokenizer) is { } vocabulary) yield return vocabulary;
        if (_trainDataset is { } data && _loader.ReadsLabels && ClassNames.Warning(data, _model) is { } classes) yield return classes;
        if (_model.NewWeights is { AreSeeded: false, Untrained: { Count: > 0 } untrained })
            yield return $"{_model.GetName()} has {Quantity.Of(untrained.Count, "new parameter")} ({NewWeights.SummaryOf(untrained)}) "
                + "drawn without a seed, so the run is not reproducible. Set the seed before the model is created: "
                + $"Seed.Set({Args.Seed}), or PretrainedOptions.Seed.";
        if (ReplacesTrainingLoss && _loader.ReadsLabels && _model.LabelNames.Count > 0 && !HasLabels(_trainDataset!))
            yield return $"The training data has no labels ({string.Join(", ", _model.LabelNames)}), so the custom loss gets no labels. "
                + $"If it needs labels, rename their column with RenameColumn. Columns: {string.Join(", ", _trainDataset!.ColumnNames)}.";
        foreach (var (name, evaluation, _) in Args.EvalStrategy != IntervalStrategy.No && _loader.ReadsLabels ? _evalDatasets : [])
            if (_model.LabelNames.Count > 0 && !HasLabels(evaluation))
                yield return $"The evaluation data {(name is null ? "" : $"'{name}' ")}has no labels "
                    + $"({string.Join(", ", _model.LabelNames)}), so an evaluation computes neither a loss nor metrics. "
                    + "Add a label column, or pass labelColumn to the trainer.";
    }

    private bool HasLabels(Dataset data) =>
        data.ColumnNames.Any(column => _model.LabelNames.Contains(column) || column is "label" or "label_ids");
}
