using PeftSharp.Kernels;
using PeftSharp.Modeling;
using PeftSharp.Modeling.Layers;
using PeftSharp.Optimization;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace PeftSharp.Training.Loop;

/// <summary>One optimizer step: the batches of a group forward and backward, the gradient clipped, the weights moved.</summary>
internal sealed class UpdateStep(PretrainedModel model, Optimizer optimizer, IReadOnlyList<Parameter> trainable, double maxGradNorm, ComputePrecision? precision)
{
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
        optimizer.ZeroGrad();
    }

    private float BackwardGroup(IReadOnlyList<ModelInputs> group, int step, Action onBatch)
    {
        foreach (var inputs in group) model.CheckInputs(inputs);
        long[] counts = [.. group.Select(model.CountTargets)];
        var targets = counts.Sum();
        if (targets == 0)
            throw new DatasetException($"Step {step} has no label that counts: each is absent, -100 or, for a language model, the first of its text. The columns given to the model are {string.Join(", ", group[0].Tensors.Keys)}.");
        var options = new ForwardOptions { NumItemsInBatch = model.AcceptsLossKwargs ? targets : null, LossOnly = true, AreInputsChecked = true };
        var loss = 0f;
        for (var index = 0; index < group.Count; index++)
        {
            var inputs = group[index];
            var weight = model.AcceptsLossKwargs ? 1 : (double)counts[index] / targets;
            if (weight > 0) loss += BackwardBatch(inputs, options, step, weight);      // a mean over no target would be NaN
            inputs.Dispose();
            if (index < group.Count - 1) onBatch();
        }
        return loss;
    }

    private float Clip(int step, bool areGradientsSeen)
    {
        var norm = (float)GradientClipping.ClipGradNorm(trainable, areGradientsSeen ? _maxNorm : double.PositiveInfinity);
        _gradientScale = areGradientsSeen ? 1 : GradientClipping.Scale(norm, _maxNorm);
        return float.IsFinite(norm) ? norm : throw new NonFiniteLossException(
            $"The gradient of step {step} is {norm}; the step was not applied. Lower LearningRate, set MaxGradNorm, or look at the rows of this step.", step);
    }

    private ModelOutput Forward(ModelInputs inputs, ForwardOptions options)
    {
        using var use = precision?.Use();
        return model.call(inputs, options);
    }

    private DatasetException NoLoss(ModelInputs inputs)
    {
        var missing = model.LabelNames.Where(name => inputs[name] is null).ToArray();
        return new DatasetException(missing.Length > 0
            ? $"{model.GetName()} computed no loss: the batch lacks {string.Join(", ", missing)}. Its columns are {string.Join(", ", inputs.Tensors.Keys)}."
            : $"{model.GetName()} computed no loss: its output has none, and it has no objective. Return a ModelOutput with Loss, or give the model an objective.");
    }

    /// <param name="inputs">A micro-batch.</param>
    /// <param name="options">Options of the pass.</param>
    /// <param name="step">Number of the step, for the error.</param>
    /// <param name="weight">Factor of the model's loss: 1, or the batch's share of the targets if the loss is a mean over the batch.</param>
    private float BackwardBatch(ModelInputs inputs, ForwardOptions options, int step, double weight)
    {
        using var scope = NewDisposeScope();
        var output = Forward(inputs.To(model.Device), options);
        var loss = output.Loss ?? throw NoLoss(inputs);
        var value = loss.to(ScalarType.Float32).item<float>();
        if (!float.IsFinite(value))
            throw new NonFiniteLossException($"The loss of step {step} is {value}; the step was not applied. Lower LearningRate, set MaxGradNorm, or look at the rows of this step.", step);
        SavedTensors.BackwardOnce(weight == 1 ? loss : loss * weight);
        return value * (float)weight;
    }
}
