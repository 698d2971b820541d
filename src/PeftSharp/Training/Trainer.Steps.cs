using System.Runtime.InteropServices;
using PeftSharp.Data;
using PeftSharp.Kernels;
using PeftSharp.Modeling;
using PeftSharp.Modeling.Layers;
using PeftSharp.Optimization;
using PeftSharp.Training.Batching;
using PeftSharp.Training.Loop;
using static TorchSharp.torch;
using Optimizer = PeftSharp.Optimization.Optimizer;

namespace PeftSharp.Training;

/// <content>The parts of a run that a derived class can override.</content>
public partial class Trainer
{
    private readonly ComputeLoss? _computeLoss;
    private readonly (Optimizer? Optimizer, LearningRateSchedule? LrScheduler) _optimizers;
    private readonly Func<PretrainedModel, IEnumerable<ParameterGroup>>? _parameterGroups;
    private readonly PreprocessLogitsForMetrics? _preprocess;
    private ComputePrecision? _precision;

    /// <summary>
    /// Whether the loss is already scaled for gradient accumulation. True: the loss is the sum over the batch divided by
    /// <see cref="ForwardOptions.NumItemsInBatch"/>, the number of targets of the whole optimizer step, and the trainer does not change the
    /// loss. False: the loss is the mean over the batch. The trainer multiplies the mean by the number of targets of the batch and divides
    /// the product by the number of targets of the step. Default null: false for a custom loss, otherwise
    /// <see cref="PretrainedModel.LossUsesNumItemsInBatch"/>. A custom loss is the argument <c>computeLoss</c>, or an override of
    /// <see cref="ComputeLoss"/>, of <see cref="TrainingStep"/> (in training) or of <see cref="PredictionStep"/> (in an evaluation).
    /// </summary>
    public bool? LossUsesNumItemsInBatch { get; init; }

    /// <summary>The model, the tokenizer and, during a run, the optimizer and the schedule.</summary>
    protected TrainerContext Context { get; }

    /// <summary>Runs the model on a batch and computes the loss, in training and evaluation.</summary>
    /// <param name="model">The model.</param>
    /// <param name="inputs">The batch on the device of the model, with the labels.</param>
    /// <param name="options">
    /// Options for the call of the model. For an overriding method, <see cref="ForwardOptions.LossOnly"/> is false, so the output contains
    /// the logits, and the model checks its inputs. <see cref="ForwardOptions.NumItemsInBatch"/> is null, unless the loss must be divided
    /// by this number (<see cref="LossUsesNumItemsInBatch"/>).
    /// </param>
    /// <returns>
    /// The loss, float [], and the outputs of the model. The loss is null if the model computes no loss, for example because the batch has
    /// no labels.
    /// </returns>
    /// <exception cref="InvalidOperationException">A tensor operation of <c>computeLoss</c> failed.</exception>
    protected virtual (Tensor? Loss, ModelOutput Outputs) ComputeLoss(PretrainedModel model, ModelInputs inputs, ForwardOptions options)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(inputs);
        ArgumentNullException.ThrowIfNull(options);
        var outputs = Call(model, _computeLoss is null ? inputs : LossScaling.WithoutLabels(model, inputs), options);
        if (_computeLoss is null) return (outputs.Loss, outputs);
        foreach (var (name, scores) in outputs.Predictions.ToArray())
            if (scores.dtype is ScalarType.BFloat16 or ScalarType.Float16) outputs[name] = scores.to(ScalarType.Float32);
        try { return (_computeLoss(outputs, inputs, options.NumItemsInBatch), outputs); }
        catch (ExternalException error)
        {
            // The message of libtorch ends with its native stack, which says nothing about the function.
            var reason = error.Message.Split('\n')[0].TrimEnd().TrimEnd('.');
            var shapes = outputs.Predictions.Concat(inputs.Tensors).Select(
                pair => $"{pair.Key} {pair.Value.dtype} [{string.Join(", ", pair.Value.shape)}]");
            throw new InvalidOperationException(
                $"The function computeLoss failed: {reason}. The tensors of the batch: {string.Join(", ", shapes)}.", error);
        }
    }

    /// <summary>Computes the loss and the gradients of one batch of an optimizer step.</summary>
    /// <param name="model">The model, in training mode.</param>
    /// <param name="inputs">The batch on the device of the model.</param>
    /// <param name="options">Options for the call of the model, as in <see cref="ComputeLoss"/>.</param>
    /// <param name="lossWeight">
    /// The factor of the loss in the backward pass: the number of targets of the batch divided by the number of targets of the optimizer
    /// step, or 1 if the loss is already scaled (<see cref="LossUsesNumItemsInBatch"/>).
    /// </param>
    /// <returns>
    /// The loss times <paramref name="lossWeight"/>. The loss of an optimizer step is the sum of the results for its batches.
    /// </returns>
    /// <exception cref="NonFiniteLossException">The loss is NaN or infinite.</exception>
    /// <exception cref="ArgumentException">The loss is not a scalar, or does not depend on a trainable parameter.</exception>
    /// <exception cref="DatasetException">No loss was computed, because the batch has no labels or the model has no loss.</exception>
    protected virtual float TrainingStep(PretrainedModel model, ModelInputs inputs, ForwardOptions options, double lossWeight)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(inputs);
        ArgumentNullException.ThrowIfNull(options);
        var loss = LossOf(model, inputs, options) ?? throw MissingLoss(model, inputs);
        if (loss.numel() != 1)
            throw new ArgumentException($"The loss has shape [{string.Join(", ", loss.shape)}], but it must be a scalar. "
                + "Return the mean over the batch: loss.mean().");
        if (!loss.requires_grad)
            throw new ArgumentException("The loss does not depend on a trainable parameter (requires_grad of the loss is false). "
                + "Compute the loss from the tensors of the output, without detach or no_grad.");
        var value = loss.to(ScalarType.Float32).item<float>();
        if (!float.IsFinite(value)) throw UpdateStep.NonFiniteLoss(value, State.GlobalStep + 1);
        Backward(lossWeight == 1 ? loss : loss * lossWeight);
        return value * (float)lossWeight;
    }

    /// <summary>Computes the loss, predictions and labels of one evaluation batch.</summary>
    /// <param name="model">The model, in evaluation mode; gradients are disabled.</param>
    /// <param name="inputs">The batch on the device of the model.</param>
    /// <param name="options">Options for the call of the model, as in <see cref="ComputeLoss"/>.</param>
    /// <param name="predictionLossOnly">Whether only the loss is needed.</param>
    /// <returns>
    /// The loss (the mean over the batch; null if there are no labels), the outputs for <see cref="EvalPrediction.AllPredictions"/>,
    /// [batch, …] each, and the labels, [batch, …], or null.
    /// </returns>
    protected virtual (Tensor? Loss, IReadOnlyList<Tensor> Logits, Tensor? Labels) PredictionStep(
        PretrainedModel model, ModelInputs inputs, ForwardOptions options, bool predictionLossOnly)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(inputs);
        ArgumentNullException.ThrowIfNull(options);
        var names = model.LabelNames;
        var hasLabels = names.All(name => inputs[name] is not null);
        var (loss, outputs) = hasLabels || !ReplacesEvaluationLoss
            ? ComputeLoss(model, inputs, options)
            : (null, Call(model, LossScaling.WithoutLabels(model, inputs), options));
        if (predictionLossOnly) return (loss, [], null);
        return (loss, [.. outputs.Predictions.Select(prediction => prediction.Value)],
            !hasLabels ? null : names.Count > 0 ? inputs[names[0]] : inputs.Labels);
    }

    /// <summary>Creates the optimizer of a run, after the model was moved to its device.</summary>
    /// <param name="model">The model.</param>
    /// <returns>
    /// The optimizer that was passed to the constructor, or a new optimizer according to <see cref="Args"/>. The trainer disposes only a
    /// new optimizer.
    /// </returns>
    /// <exception cref="ArgumentException">The model has no trainable parameter, or the parameter groups are invalid.</exception>
    protected virtual Optimizer CreateOptimizer(PretrainedModel model)
    {
        ArgumentNullException.ThrowIfNull(model);
        return _optimizers.Optimizer
            ?? OptimizerFactory.Create(Args.Optim, _parameterGroups?.Invoke(model) ?? ParameterGroups.Create(model, Args.WeightDecay),
                Args.AdamBeta1, Args.AdamBeta2, Args.AdamEpsilon, Args.OptimArgs);
    }

    /// <summary>Creates the learning-rate schedule of a run.</summary>
    /// <param name="numTrainingSteps">The number of optimizer steps of the run.</param>
    /// <returns>
    /// The schedule that was passed to the constructor, or a new schedule according to <see cref="Args"/>. Null if the learning rate
    /// depends on the evaluations (<see cref="SchedulerType.ReduceLrOnPlateau"/>).
    /// </returns>
    protected virtual LearningRateSchedule? CreateSchedule(int numTrainingSteps) =>
        _optimizers.LrScheduler ?? LearningRate.ScheduleOf(Args, numTrainingSteps);

    /// <summary>Returns the rows of each batch of an epoch (the sampler of transformers).</summary>
    /// <remarks>
    /// Every epoch must have the same number of batches. To determine this number, an overriding method is called for epoch 0 before the
    /// run, and again when epoch 0 begins. The method may use libtorch's default random number generator, whose state is restored in a
    /// resumed run. The method must not depend on anything else that differs in a resumed run. If the training data is an
    /// <see cref="IterableDataset"/>, the method is not called.
    /// </remarks>
    /// <param name="trainDataset">The training dataset, with the columns that the collator gets.</param>
    /// <param name="epoch">The epoch, from 0.</param>
    /// <returns>The row indices of each batch.</returns>
    protected virtual IReadOnlyList<int[]> GetTrainBatches(Dataset trainDataset, int epoch)
    {
        ArgumentNullException.ThrowIfNull(trainDataset);
        return _loader.EpochBatches(trainDataset.Count, _trainLengths, epoch);
    }

    /// <summary>
    /// Runs the backward pass of a loss, which adds to the gradients of the parameters. For overrides of <see cref="TrainingStep"/>.
    /// </summary>
    /// <remarks>The graph of the loss is freed, so call this method only once for each loss.</remarks>
    /// <param name="loss">The loss, float [].</param>
    protected static void Backward(Tensor loss)
    {
        ArgumentNullException.ThrowIfNull(loss);
        SavedTensors.BackwardOnce(loss);
    }

    private bool ReplacesTrainingLoss => _computeLoss is not null || IsOverridden(ComputeLoss) || IsOverridden(TrainingStep);

    private bool ReplacesEvaluationLoss => _computeLoss is not null || IsOverridden(ComputeLoss) || IsOverridden(PredictionStep);

    private static bool IsOverridden(Delegate method) => method.Method.DeclaringType != typeof(Trainer);

    private Tensor? LossOf(PretrainedModel model, ModelInputs inputs, ForwardOptions options)
    {
        using var use = UsePrecision();
        return ComputeLoss(model, inputs, options).Loss;
    }

    private static DatasetException MissingLoss(PretrainedModel model, ModelInputs inputs)
    {
        var missing = model.LabelNames.Where(name => inputs[name] is null).ToArray();
        return new DatasetException(missing.Length > 0
            ? $"{model.GetName()} computed no loss, because the batch does not contain {string.Join(" and ", missing)}. "
                + $"{LabelColumn.SourceHint(model)} Columns of the batch: {string.Join(", ", inputs.Tensors.Keys)}."
            : $"{model.GetName()} computed no loss: its output contains no loss, and the model has no objective. "
                + "Return a ModelOutput with Loss, set an objective, or pass computeLoss to the trainer.");
    }

    private ModelOutput Call(PretrainedModel model, ModelInputs inputs, ForwardOptions options)
    {
        if (!options.AreInputsChecked) model.CheckInputs(inputs);      // ignores tensors that only the loss reads
        using var use = UsePrecision();
        return model.call(inputs, options with { AreInputsChecked = true });
    }

    private IDisposable? UsePrecision() => _precision is { IsInUse: false } precision ? precision.Use() : null;
}
