using PeftSharp.Modeling;
using PeftSharp.Optimization;
using PeftSharp.Training.Batching;
using TorchSharp.Modules;
using static TorchSharp.torch;
using Optimizer = PeftSharp.Optimization.Optimizer;

namespace PeftSharp.Training.Loop;

/// <summary>
/// An optimizer step: forward and backward passes of a group of batches, gradient clipping, and the update of the parameters.
/// </summary>
/// <param name="model">The model.</param>
/// <param name="optimizer">The optimizer.</param>
/// <param name="scaling">Scales the loss of a batch for gradient accumulation.</param>
/// <param name="trainingStep">
/// Computes the loss and the gradients of a batch on the device of the model. Arguments: batch, options, weight; result: loss times weight.
/// </param>
/// <param name="maxGradNorm">The maximum global L2 norm of the gradients; 0 disables clipping.</param>
internal sealed class UpdateStep(
    PretrainedModel model, Optimizer optimizer, LossScaling scaling, Func<ModelInputs, ForwardOptions, double, float> trainingStep,
    double maxGradNorm)
{
    private readonly Parameter[] _parameters = [.. optimizer.Parameters.Select(parameter => parameter.Value)];
    private readonly Parameter[] _withoutGroup = [.. ParametersWithoutGroup(model, optimizer).Select(parameter => parameter.Value)];
    private readonly NamedParameter[] _newWeights = [.. NewWeightsOf(model, optimizer)];
    private readonly double _maxNorm = maxGradNorm > 0 ? maxGradNorm : double.PositiveInfinity;
    private float _gradientScale = 1;

    /// <summary>
    /// Computes the accumulated gradients of a group of batches. The loss is the mean over the targets of the whole group, so it does not
    /// depend on the batch size.
    /// </summary>
    /// <param name="group">The batches, on the CPU. The method disposes them.</param>
    /// <param name="step">The number of the step, from 1, for error messages.</param>
    /// <param name="areGradientsUsed">
    /// Whether a callback may read the gradients. If true, this method clips them in place; otherwise the optimizer scales them.
    /// </param>
    /// <param name="onBatch">Called after each batch except the last.</param>
    /// <returns>The loss, and the global L2 norm of the gradients before clipping.</returns>
    /// <exception cref="NonFiniteLossException">The loss or a gradient is NaN or infinite; the step was not applied.</exception>
    /// <exception cref="DatasetException">The group has no target, or a label is out of range.</exception>
    internal (float Loss, float GradientNorm) Backward(IReadOnlyList<ModelInputs> group, int step, bool areGradientsUsed, Action onBatch)
    {
        try
        {
            var loss = BackwardGroup(group, step, onBatch);
            return (loss, Clip(step, areGradientsUsed));
        }
        finally
        {
            foreach (var inputs in group) inputs.Dispose();          // after an error, some batches are not disposed yet
        }
    }

    /// <summary>Updates the parameters and removes the gradients.</summary>
    internal void Apply(double learningRate, Action beforeZeroGrad)
    {
        optimizer.Step(learningRate, _gradientScale);
        if (model.NewWeights.Untrained.Count > 0)
            model.NewWeights.MarkTrained(_newWeights.Where(entry => entry.Value.requires_grad).Select(entry => entry.Name));
        beforeZeroGrad();
        ZeroGrad();
    }

    /// <summary>Removes the gradients of all parameters, including those that are in no parameter group.</summary>
    internal void ZeroGrad()
    {
        optimizer.ZeroGrad();
        foreach (var parameter in _withoutGroup)
        {
            using var gradient = parameter.grad;
            if (gradient is not null) parameter.grad = null;
        }
    }

    /// <summary>Returns the parameters of the optimizer that were not loaded from a checkpoint, with their names in a checkpoint.</summary>
    private static IEnumerable<NamedParameter> NewWeightsOf(PretrainedModel model, Optimizer optimizer)
    {
        if (model.NewWeights.Untrained.Count == 0) return [];
        using var scope = NewDisposeScope();
        var optimized = optimizer.Parameters.ToDictionary(parameter => parameter.Value.Handle, parameter => parameter.Value);
        return [.. model.WeightsByName().Where(pair => model.NewWeights.Untrained.Contains(pair.Key))
            .Where(pair => optimized.ContainsKey(pair.Value.Handle))
            .Select(pair => new NamedParameter(pair.Key, optimized[pair.Value.Handle]))];
    }

    /// <summary>Returns the trainable parameters of the model that are in no parameter group of the optimizer.</summary>
    internal static IEnumerable<NamedParameter> ParametersWithoutGroup(nn.Module model, Optimizer optimizer)
    {
        var trained = optimizer.Parameters.Select(parameter => parameter.Value.Handle).ToHashSet();
        return model.named_parameters().Where(entry => entry.parameter.requires_grad && !trained.Contains(entry.parameter.Handle))
            .Select(entry => new NamedParameter(entry.name, entry.parameter));
    }

    private DatasetException NoTargets(ModelInputs inputs, int step)
    {
        var missing = model.LabelNames.Where(name => inputs[name] is null).ToArray();
        return new DatasetException($"Step {step} has no targets: "
            + (missing.Length > 0
                ? $"the batch does not contain {string.Join(" and ", missing)}. {LabelColumn.SourceHint(model)}"
                : "all labels of its batches are -100 or, for a causal language model, all texts have one token. Check how the labels are "
                    + "made.")
            + $" Columns of the batch: {string.Join(", ", inputs.Tensors.Keys)}.");
    }

    private float BackwardGroup(IReadOnlyList<ModelInputs> group, int step, Action onBatch)
    {
        foreach (var inputs in group) scaling.CheckInputs(inputs);
        long[] counts = [.. group.Select(scaling.CountTargets)];
        var targets = counts.Sum();
        if (targets == 0) throw NoTargets(group[0], step);
        var options = scaling.Options(targets, lossOnly: true);
        var loss = 0f;
        for (var index = 0; index < group.Count; index++)
        {
            var inputs = group[index];
            var weight = scaling.Weight(counts[index], targets);
            if (weight > 0) loss += BackwardBatch(inputs, options, step, weight);      // the mean over no targets is NaN
            inputs.Dispose();
            if (index < group.Count - 1) onBatch();
        }
        return loss;
    }

    private float Clip(int step, bool areGradientsUsed)
    {
        var norm = (float)GradientClipping.ClipGradNorm(_parameters, areGradientsUsed ? _maxNorm : double.PositiveInfinity);
        _gradientScale = areGradientsUsed ? 1 : GradientClipping.Scale(norm, _maxNorm);
        return float.IsFinite(norm) ? norm : throw new NonFiniteLossException(
            $"The gradient norm of step {step} is {norm}; the step was not applied. Reduce LearningRate, set WarmupSteps, "
            + "or check the rows of this step.", step);
    }

    private float BackwardBatch(ModelInputs inputs, ForwardOptions options, int step, double weight)
    {
        using var scope = NewDisposeScope();
        var value = trainingStep(inputs.To(model.Device), options, weight);
        return float.IsFinite(value) ? value : throw NonFiniteLoss(value, step);
    }

    internal static NonFiniteLossException NonFiniteLoss(float value, int step) =>
        new(
            $"The loss of step {step} is {value}; the step was not applied. Reduce LearningRate, set WarmupSteps, "
            + "or check the rows of this step.", step);
}
