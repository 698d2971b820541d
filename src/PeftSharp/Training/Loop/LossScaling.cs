using PeftSharp.Modeling;

namespace PeftSharp.Training.Loop;

/// <summary>
/// Scales the loss of a batch for gradient accumulation: counts the targets, passes their number to the model or the loss function, and
/// returns the factor of the loss.
/// </summary>
/// <param name="model">The model.</param>
/// <param name="isCustom">
/// Whether a custom function or an overriding method computes the loss. If true, the model returns the logits and does not check the
/// labels.
/// </param>
/// <param name="isOverridden">Whether an overriding method calls the model. If true, the model checks its inputs in each call.</param>
/// <param name="isScaled">
/// Whether the loss is already divided by the number of targets of the step. Null: <see cref="PretrainedModel.LossUsesNumItemsInBatch"/>,
/// and false for a custom loss.
/// </param>
internal sealed class LossScaling(PretrainedModel model, bool isCustom, bool isOverridden, bool? isScaled)
{
    private readonly bool _isScaled = isScaled ?? (!isCustom && model.LossUsesNumItemsInBatch);

    /// <summary>Returns a copy of the batch without the labels of the model.</summary>
    internal static ModelInputs WithoutLabels(PretrainedModel model, ModelInputs inputs) => inputs.Without(model.LabelNames);

    /// <summary>Checks the values of a batch, which is on the CPU, before native code reads it.</summary>
    internal void CheckInputs(ModelInputs inputs) => model.CheckInputs(isCustom ? WithoutLabels(model, inputs) : inputs);

    /// <summary>Returns the number of targets of a batch. With a custom loss, a row without labels is one target.</summary>
    internal long CountTargets(ModelInputs inputs)
    {
        var count = model.CountTargets(inputs);
        return count == 0 && isCustom && model.LabelNames.All(name => inputs[name] is null) ? inputs.BatchSize : count;
    }

    /// <summary>Returns the options of a call of the model.</summary>
    /// <param name="targets">The number of targets of the whole step.</param>
    /// <param name="lossOnly">Whether the caller needs only the loss.</param>
    internal ForwardOptions Options(long targets, bool lossOnly) =>
        new()
        {
            NumItemsInBatch = _isScaled ? targets : null,
            LossOnly = lossOnly && !isCustom,
            ReturnLoss = !isCustom && model.OptionNames.Contains("return_loss"),
            AreInputsChecked = !isOverridden,
        };

    /// <summary>Returns the factor of the loss of a batch.</summary>
    /// <param name="count">The number of targets of the batch.</param>
    /// <param name="targets">The number of targets of the whole step.</param>
    internal double Weight(long count, long targets) => _isScaled ? 1 : (double)count / targets;
}
