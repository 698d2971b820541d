using static TorchSharp.torch;

namespace PeftSharp.Modeling;

/// <summary>The training objective of a task: the names of its labels, their checks, the number of targets and the loss. It holds no weights and no state.</summary>
/// <remarks>
/// <para>With <c>NumItemsInBatch</c> (the targets of a whole group of micro-batches) a loss is the sum over this batch divided by it, so that the losses of the
/// micro-batches of a group add up to the loss of one large batch. Without it, the loss is the mean over this batch.</para>
/// <para>Thread safety: the library calls one instance from several threads at once; keep derived classes immutable.</para>
/// </remarks>
public abstract class Objective
{
    /// <summary>Names of the tensors that hold the expected answer. Default <c>labels</c>.</summary>
    public virtual IReadOnlyList<string> LabelNames { get; } = ["labels"];

    /// <summary>Checks the labels, where there are any, before native code reads them.</summary>
    /// <exception cref="DatasetException">A label is no class or has the wrong type or shape.</exception>
    public abstract void CheckLabels(ModelInputs inputs, PretrainedConfig config);

    /// <summary>Number of targets that the loss is the mean over; 0 where there are no labels.</summary>
    public abstract long CountTargets(ModelInputs inputs, PretrainedConfig config);

    /// <summary>Loss of a model's output; null where the batch has no labels.</summary>
    /// <param name="output">The output, with the scores that the objective reads.</param>
    /// <param name="inputs">The batch, with the labels.</param>
    /// <param name="config">The model's configuration.</param>
    /// <param name="numItemsInBatch">Divisor of the sum, or null for the mean.</param>
    public abstract Tensor? Loss(ModelOutput output, ModelInputs inputs, PretrainedConfig config, double? numItemsInBatch);

    /// <summary>Adapts the labels to tokens that were put before each text, such as the virtual tokens of prompt tuning. Default: labels of tokens (shaped as the ids) get -100 for the new tokens, others stay.</summary>
    /// <param name="inputs">The batch, with the labels of the text alone; its labels are replaced.</param>
    /// <param name="tokens">Number of tokens before the text.</param>
    /// <param name="textShape">Shape of the ids without them: [batch, tokens].</param>
    public virtual void AddTokensBefore(ModelInputs inputs, int tokens, ReadOnlySpan<long> textShape)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        foreach (var name in LabelNames)
            if (inputs[name] is { } labels && textShape.SequenceEqual(labels.shape))
                inputs[name] = cat([full([labels.shape[0], tokens], -100, labels.dtype, labels.device), labels], 1);
    }

    /// <summary>Whether the batch has all labels of the objective.</summary>
    public bool HasLabels(ModelInputs inputs)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        return LabelNames.All(name => inputs[name] is not null);
    }
}
