using PeftSharp.Data;
using PeftSharp.Modeling;
using PeftSharp.Optimization;
using PeftSharp.Training.Batching;
using PeftSharp.Training.Loop;
using TorchSharp;
using static TorchSharp.torch;
using Optimizer = PeftSharp.Optimization.Optimizer;

namespace PeftSharp.Training;

/// <summary>The model of a run, and checks of what the caller's functions and overriding methods return.</summary>
public partial class Trainer
{
    private UnusedColumns OtherColumns => Args.RemoveUnusedColumns ? UnusedColumns.Remove : _loader.IsOwn ? UnusedColumns.Raw
        : ReplacesTrainingLoss || ReplacesEvaluationLoss ? UnusedColumns.Keep : UnusedColumns.Refuse;

    private static void CheckExclusions(
        PretrainedModel? model, Dataset? evalDataset, Func<PretrainedModel>? modelInit, Optimizer? optimizer, Func<PretrainedModel, IEnumerable<ParameterGroup>>? parameterGroups, IReadOnlyDictionary<string, Dataset>? evalDatasets)
    {
        if (model is not null && modelInit is not null) throw new ArgumentException("The trainer was given a model and modelInit, which makes one; pass one of the two.", nameof(modelInit));
        if (optimizer is not null && modelInit is not null)
            throw new ArgumentException("The trainer was given an optimizer and modelInit, which makes a model with other parameters for each run. Pass parameterGroups, or override CreateOptimizer.", nameof(modelInit));
        if (optimizer is not null && parameterGroups is not null) throw new ArgumentException("The trainer was given an optimizer, which has its groups, and parameterGroups; pass one of the two.", nameof(parameterGroups));
        if (evalDataset is not null && evalDatasets is not null) throw new ArgumentException("The trainer was given evalDataset and evalDatasets; pass one of the two.", nameof(evalDatasets));
        if (evalDatasets is not null) CheckNames(evalDatasets);
    }

    private static void CheckNames(IReadOnlyDictionary<string, Dataset> evalDatasets)
    {
        if (evalDatasets.Count == 0) throw new ArgumentException("evalDatasets is empty; give at least one data set to evaluate on.", nameof(evalDatasets));
        foreach (var (name, data) in evalDatasets)
        {
            if (string.IsNullOrWhiteSpace(name)) throw new ArgumentException("A data set of evalDatasets has an empty name, which would stand in the names of its metrics; name it.", nameof(evalDatasets));
            if (data is null) throw new ArgumentException($"The data set '{name}' of evalDatasets is null.", nameof(evalDatasets));
        }
    }

    private PretrainedModel MakeModel()
    {
        Seed.Set(Args.Seed);
        return _modelInit!() ?? throw new InvalidOperationException("modelInit returned null; it must return the model to train.");
    }

    /// <summary>Begins a run with a new model where the caller gave a function that makes it.</summary>
    private void RemakeModel()
    {
        if (_modelInit is null) return;
        var model = MakeModel();
        if (ReferenceEquals(model, _model)) throw new InvalidOperationException("modelInit returned the model of the run before, so this run would not begin anew. Make a new model in it, or pass the model itself.");
        _model.Dispose();
        (_model, Context.Model) = (model, model);
        MoveToDevice();
    }

    private void MoveToDevice()
    {
        var device = !Args.UseCpu && cuda.is_available() ? CUDA : CPU;
        if (_model.Device.type != device.type) _model.to(device);
    }

    /// <exception cref="ArgumentException">A parameter of the optimizer is not one of the model.</exception>
    private void CheckOptimizer(Optimizer optimizer)
    {
        var own = _model.parameters().Select(parameter => parameter.Handle).ToHashSet();
        if (optimizer.Parameters.FirstOrDefault(parameter => !own.Contains(parameter.Value.Handle)) is { } stranger)
            throw new ArgumentException($"The optimizer trains '{stranger.Name}', which is no parameter of {_model.GetName()}. A model that is moved to a device, or gets adapters, has other parameters: make the optimizer afterwards, or override CreateOptimizer.");
    }

    private IEnumerable<string> LeftOutWarnings(Optimizer optimizer)
    {
        string[] names = [.. UpdateStep.LeftOut(_model, optimizer).Select(parameter => parameter.Name)];
        if (names.Length > 0)
            yield return $"{names.Length} parameters that could be trained are in no group of the optimizer and stay as they are: {string.Join(", ", names.Take(3))}{(names.Length > 3 ? ", …" : "")}. Add them to a group, or freeze them (requires_grad = false), which saves the time for their gradients.";
    }

    /// <summary>The batches of the first epoch; the random stream is as before.</summary>
    /// <exception cref="DatasetException">There is none.</exception>
    private IReadOnlyList<int[]> FirstTrainBatches(Dataset dataset)
    {
        using var state = RandomStream.Save();
        var batches = GetTrainBatches(dataset, epoch: 0);
        RandomStream.Restore(state);
        return batches.Count > 0 ? batches : throw new DatasetException($"GetTrainBatches of {GetType().Name} gave no batches for epoch 0, so there is nothing to train on.");
    }

    /// <exception cref="DatasetException">The batches of an overriding method are not those of the plan, or no rows of the data set.</exception>
    private IReadOnlyList<int[]> TrainBatchesOf(Dataset dataset, int epoch, StepPlan plan)
    {
        var batches = GetTrainBatches(dataset, epoch);
        if (!IsOverridden(GetTrainBatches)) return batches;
        if (batches.Count != plan.BatchesPerEpoch)
            throw new DatasetException($"GetTrainBatches gave {batches.Count} batches for epoch {epoch} and {plan.BatchesPerEpoch} for epoch 0. Give every epoch the same number of batches, from which the steps of the run were counted.");
        foreach (var (index, rows) in batches.Index())
            if (rows.Length == 0 || rows.Any(row => row < 0 || row >= dataset.Count))
                throw new DatasetException($"GetTrainBatches gave batch {index} of epoch {epoch} the rows [{string.Join(", ", rows)}], but a batch needs at least one row, and the rows of the training data are 0 to {dataset.Count - 1}.");
        return batches;
    }
}
