using PeftSharp.Modeling;

namespace PeftSharp.Training.Loop;

/// <summary>How the loss of a batch becomes its share of the loss of an optimizer step: what is counted, the divisor that whoever computes the loss gets, and the factor of the result.</summary>
/// <param name="model">The model.</param>
/// <param name="isOwn">Whether a function or an overriding method computes the loss in place of the model: its labels are then not the model's to check, and it may need the logits.</param>
/// <param name="isOverridden">Whether an overriding method calls the model, which must then check what it is called with.</param>
/// <param name="isScaled">Whether the loss is divided by the targets of the step already. Null: what the model says; a loss of the caller's own is a mean.</param>
internal sealed class LossScaling(PretrainedModel model, bool isOwn, bool isOverridden, bool? isScaled)
{
    private readonly bool _isScaled = isScaled ?? (!isOwn && model.AcceptsLossKwargs);

    /// <summary>The batch without the labels of the model.</summary>
    internal static ModelInputs WithoutLabels(PretrainedModel model, ModelInputs inputs)
    {
        var copy = inputs.Copy();
        foreach (var name in model.LabelNames) copy[name] = null;
        return copy;
    }

    /// <summary>Checks a batch on the CPU, before native code reads it.</summary>
    internal void CheckInputs(ModelInputs inputs) => model.CheckInputs(isOwn ? WithoutLabels(model, inputs) : inputs);

    /// <summary>Targets of a batch. For a loss of the caller's own on a batch without labels each row is one.</summary>
    internal long CountTargets(ModelInputs inputs)
    {
        var count = model.CountTargets(inputs);
        return count == 0 && isOwn && model.LabelNames.All(name => inputs[name] is null) ? inputs.BatchSize : count;
    }

    /// <summary>Options of a pass.</summary>
    /// <param name="targets">Targets of the whole step.</param>
    /// <param name="lossOnly">Whether the loss is all that the caller needs.</param>
    internal ForwardOptions Options(long targets, bool lossOnly) =>
        new() { NumItemsInBatch = _isScaled ? targets : null, LossOnly = lossOnly && !isOwn, AreInputsChecked = !isOverridden };

    /// <summary>Factor of the loss of a batch with <paramref name="count"/> of the <paramref name="targets"/> of the step.</summary>
    internal double Weight(long count, long targets) => _isScaled ? 1 : (double)count / targets;
}
