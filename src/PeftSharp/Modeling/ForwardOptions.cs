namespace PeftSharp.Modeling;

/// <summary>Options of one forward pass: the outputs to compute, and the key-value cache that the pass reads and extends.</summary>
/// <remarks>
/// <para>The options are separate from the batch (<see cref="ModelInputs"/>), so one batch can be used with different options.</para>
/// <para>
/// Thread safety: instances are immutable and can be used from several threads at once; a key-value cache can be used by one call at a
/// time.
/// </para>
/// </remarks>
public sealed record ForwardOptions
{
    /// <summary>The default options: logits and, if the batch has labels, the loss.</summary>
    public static ForwardOptions Default { get; } = new();

    /// <summary>Whether to return <see cref="ModelOutput.HiddenStates"/>. Default false.</summary>
    public bool OutputHiddenStates { get; init; }

    /// <summary>
    /// Whether to return <see cref="ModelOutput.Attentions"/>. Attention is then computed without fused kernels, which is slower. Default
    /// false.
    /// </summary>
    public bool OutputAttentions { get; init; }

    /// <summary>
    /// Whether only the loss is needed. A language model then does not return <see cref="ModelOutput.Logits"/> if the batch has labels. The
    /// trainer sets this option if it needs no predictions and has no custom loss. Default false.
    /// </summary>
    public bool LossOnly { get; init; }

    /// <summary>
    /// Whether a model with a contrastive loss, which needs no labels, returns the loss (transformers' <c>return_loss</c>). The trainer
    /// sets this option, unless it has a custom loss. Default false.
    /// </summary>
    public bool ReturnLoss { get; init; }

    /// <summary>
    /// Whether a vision model reads images of any size: the position embeddings are interpolated (transformers'
    /// <c>interpolate_pos_encoding</c>). Default false: the images must have the size of the configuration.
    /// </summary>
    public bool InterpolatePosEncoding { get; init; }

    /// <summary>Number of trailing tokens for which a language model computes logits; 0 for all. Generation uses 1. Default 0.</summary>
    public int LogitsToKeep { get; init; }

    /// <summary>
    /// The divisor of the summed loss: the number of targets in all batches of an optimizer step
    /// (<see cref="PretrainedModel.CountTargets"/>). Null: the loss is the mean over this batch.
    /// </summary>
    public double? NumItemsInBatch { get; init; }

    /// <summary>
    /// Keys and values of the preceding tokens. The pass attends to them and appends its own keys and values. Null: no cache.
    /// </summary>
    /// <remarks>The caller owns the cache and can use it for many calls; a model does not dispose it.</remarks>
    public KeyValueCache? PastKeyValues { get; init; }

    /// <summary>
    /// The adapters of this call, for a model with adapters: one name for the whole batch, or one name per row; <c>__base__</c> selects the
    /// base model. Null: the adapters that the current scope (such as <c>UseAdapter</c>) or, outside a scope, <c>SetAdapter</c> selects.
    /// </summary>
    public IReadOnlyList<string>? AdapterNames { get; init; }

    /// <summary>Number of consecutive rows of the batch per adapter name: more than 1 with beams or several returned sequences.</summary>
    internal int RowsPerAdapterName { get; init; } = 1;

    /// <summary>
    /// Whether the head reads only the first token of the last layer, in which case the layer may compute only that token.
    /// </summary>
    internal bool FirstTokenOnly { get; init; }

    /// <summary>Whether the inputs have been checked already, by the trainer or by an enclosing model.</summary>
    internal bool AreInputsChecked { get; init; }
}
