using PeftSharp.Modeling;
using PeftSharp.Optimization;
using TorchSharp.Modules;
using static TorchSharp.torch;
using Optimizer = PeftSharp.Optimization.Optimizer;

namespace PeftSharp.Training.Loop;

/// <summary>One optimizer step: the batches of a group forward and backward, the gradient clipped, the weights moved.</summary>
/// <param name="model">What is trained.</param>
/// <param name="optimizer">Moves the weights.</param>
/// <param name="scaling">Share of a batch in the loss of the step.</param>
/// <param name="trainingStep">Computes loss and gradients of a batch on the model's device: batch, options and weight to the weighted loss.</param>
/// <param name="maxGradNorm">Maximum norm of the gradients; 0 disables clipping.</param>
internal sealed class UpdateStep(PretrainedModel model, Optimizer optimizer, LossScaling scaling, Func<ModelInputs, ForwardOptions, double, float> trainingStep, double maxGradNorm)
{
    private readonly Parameter[] _trained = [.. optimizer.Parameters.Select(parameter => parameter.Value)];
    private readonly Parameter[] _others = [.. LeftOut(model, optimizer).Select(parameter => parameter.Value)];
    private readonly double _maxNorm = maxGradNorm > 0 ? maxGradNorm : double.PositiveInfinity;
    private float _gradientScale = 1;

    /// <summary>The gradients of a group, added up. The loss is the mean over the targets of the whole group, so how it is cut into batches does not change the step.</summary>
    /// <param name="group">The batches, on the CPU; they are disposed.</param>
    /// <param name="step">Number of the step, from 1, for the error.</param>
    /// <param name="areGradientsSeen">Whether someone looks at the gradients before they are forgotten: clips them now instead of while the weights move.</param>
    /// <param name="onBatch">Called after each batch but the last.</param>
    /// <returns>Loss and length of the gradient before clipping.</returns>
    /// <exception cref="NonFiniteLossException">The loss or the gradient is no number; nothing was applied.</exception>
    /// <exception cref="DatasetException">No label of the group counts, or one is out of range.</exception>
    internal (float Loss, float GradientNorm) Backward(IReadOnlyList<ModelInputs> group, int step, bool areGradientsSeen, Action onBatch)
    {
        try
        {
            var loss = BackwardGroup(group, step, onBatch);
            return (loss, Clip(step, areGradientsSeen));
        }
        finally
        {
            foreach (var inputs in group) inputs.Dispose();          // what an error left
        }
    }

    /// <summary>Moves the weights and forgets the gradients.</summary>
    internal void Apply(double learningRate, Action beforeForgetting)
    {
        optimizer.Step(learningRate, _gradientScale);
        model.NewWeights.AreTrained = true;
        beforeForgetting();
        ZeroGrad();
    }

    /// <summary>Drops the gradients of all parameters, those that the optimizer does not train among them.</summary>
    internal void ZeroGrad()
    {
        optimizer.ZeroGrad();
        foreach (var parameter in _others)
        {
            using var gradient = parameter.grad;
            if (gradient is not null) parameter.grad = null;
        }
    }

    /// <summary>The parameters of the model that have gradients but are in no group of the optimizer.</summary>
    internal static IEnumerable<NamedParameter> LeftOut(nn.Module model, Optimizer optimizer)
    {
        var trained = optimizer.Parameters.Select(parameter => parameter.Value.Handle).ToHashSet();
        return model.named_parameters().Where(entry => entry.parameter.requires_grad && !trained.Contains(entry.parameter.Handle)).Select(entry => new NamedParameter(entry.name, entry.parameter));
    }

    private float BackwardGroup(IReadOnlyList<ModelInputs> group, int step, Action onBatch)
    {
        foreach (var inputs in group) scaling.CheckInputs(inputs);
        long[] counts = [.. group.Select(scaling.CountTargets)];
        var targets = counts.Sum();
        if (targets == 0)
            throw new DatasetException($"Step {step} has no label that counts: each is absent, -100 or, for a language model, the first of its text. The columns given to the model are {string.Join(", ", group[0].Tensors.Keys)}.");
        var options = scaling.Options(targets, lossOnly: true);
        var loss = 0f;
        for (var index = 0; index < group.Count; index++)
        {
            var inputs = group[index];
            var weight = scaling.Weight(counts[index], targets);
            if (weight > 0) loss += BackwardBatch(inputs, options, step, weight);      // a mean over no target would be NaN
            inputs.Dispose();
            if (index < group.Count - 1) onBatch();
        }
        return loss;
    }

    private float Clip(int step, bool areGradientsSeen)
    {
        var norm = (float)GradientClipping.ClipGradNorm(_trained, areGradientsSeen ? _maxNorm : double.PositiveInfinity);
        _gradientScale = areGradientsSeen ? 1 : GradientClipping.Scale(norm, _maxNorm);
        return float.IsFinite(norm) ? norm : throw new NonFiniteLossException(
            $"The gradient of step {step} is {norm}; the step was not applied. Lower LearningRate, set MaxGradNorm, or look at the rows of this step.", step);
    }

    private float BackwardBatch(ModelInputs inputs, ForwardOptions options, int step, double weight)
    {
        using var scope = NewDisposeScope();
        var value = trainingStep(inputs.To(model.Device), options, weight);
        return float.IsFinite(value) ? value : throw NonFiniteLoss(value, step);
    }

    internal static NonFiniteLossException NonFiniteLoss(float value, int step) =>
        new($"The loss of step {step} is {value}; the step was not applied. Lower LearningRate, set MaxGradNorm, or look at the rows of this step.", step);
}
