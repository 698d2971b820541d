using static TorchSharp.torch;

namespace PeftSharp.Modeling;

/// <summary>
/// The training objective of a task: the names of its labels, their validation, the number of targets and the loss. It has no weights and
/// no state.
/// </summary>
/// <remarks>
/// <para>
/// <c>numItemsInBatch</c> is the number of targets in all batches of an optimizer step. If the number is given, the loss is the sum over
/// this batch divided by the number, so that the losses of these batches add up to the loss of one large batch. The exception is
/// <see cref="ContrastiveObjective"/>, whose loss compares the rows of one batch. If the number is null, the loss is the mean over this
/// batch.
/// </para>
/// <para>Thread safety: the library calls one instance from several threads at once; keep derived classes immutable.</para>
/// </remarks>
public abstract class Objective
{
    /// <summary>Names of the tensors that hold the labels. Default <c>labels</c>.</summary>
    public virtual IReadOnlyList<string> LabelNames { get; } = ["labels"];

    /// <summary>Validates the labels, if there are any, before native code reads them.</summary>
    /// <param name="inputs">The batch.</param>
    /// <param name="config">The model's configuration.</param>
    /// <exception cref="DatasetException">A label is not a class or has the wrong type or shape.</exception>
    public abstract void CheckLabels(ModelInputs inputs, PretrainedConfig config);

    /// <summary>
    /// Returns the number of targets over which the loss averages; 0 if the batch does not contain labels that the objective needs.
    /// </summary>
    /// <param name="inputs">The batch, with the labels.</param>
    /// <param name="config">The model's configuration.</param>
    public abstract long CountTargets(ModelInputs inputs, PretrainedConfig config);

    /// <summary>Computes the loss of a model's output; null if the batch does not contain labels that the objective needs.</summary>
    /// <param name="output">The output of the model.</param>
    /// <param name="inputs">The batch, with the labels.</param>
    /// <param name="config">The model's configuration.</param>
    /// <param name="numItemsInBatch">Divisor of the summed loss. Null: the loss is the mean over this batch.</param>
    public abstract Tensor? Loss(ModelOutput output, ModelInputs inputs, PretrainedConfig config, double? numItemsInBatch);

    /// <summary>The batch as the body reads it. Default: unchanged.</summary>
    /// <param name="inputs">The batch, with the labels.</param>
    internal virtual ModelInputs BodyInputs(ModelInputs inputs) => inputs;

    /// <summary>The output of the model, without the loss. Default: the scores are the logits.</summary>
    /// <param name="scores">The result of the head.</param>
    /// <param name="body">The output of the body.</param>
    /// <param name="inputs">The batch.</param>
    internal virtual ModelOutput Output(Tensor scores, ModelOutput body, ModelInputs inputs) =>
        new() { Logits = scores, HiddenStates = body.HiddenStates, Attentions = body.Attentions };

    /// <summary>
    /// Adjusts the labels for tokens that were inserted before each text, such as the virtual tokens of prompt tuning. By default, labels
    /// of tokens (same shape as the ids) are padded on the left with -100, and other labels are unchanged.
    /// </summary>
    /// <param name="inputs">The batch, with the labels of the text only; the labels are replaced.</param>
    /// <param name="tokens">Number of inserted tokens.</param>
    /// <param name="textShape">Shape of the ids without the inserted tokens: [batch, tokens].</param>
    public virtual void AdjustLabelsForPrefix(ModelInputs inputs, int tokens, ReadOnlySpan<long> textShape)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        foreach (var name in LabelNames)
            if (inputs[name] is { } labels && textShape.SequenceEqual(labels.shape))
                inputs[name] = cat([full([labels.shape[0], tokens], -100, labels.dtype, labels.device), labels], 1);
    }

    /// <summary>Whether the batch contains all labels of the objective.</summary>
    /// <param name="inputs">The batch.</param>
    public bool HasLabels(ModelInputs inputs)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        return LabelNames.All(name => inputs[name] is not null);
    }
}
