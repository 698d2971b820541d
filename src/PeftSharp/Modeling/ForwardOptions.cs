namespace PeftSharp.Modeling;

/// <summary>Options of one forward pass: which outputs the caller wants, and the key-value cache that the pass reads and extends.</summary>
/// <remarks>
/// <para>They are separate from the batch (<see cref="ModelInputs"/>), so the same batch can be passed with other options.</para>
/// <para>Thread safety: instances are immutable and can be used from several threads at once; a key-value cache in one belongs to one call at a time.</para>
/// </remarks>
public sealed record ForwardOptions
{
    /// <summary>Logits and, where labels are given, the loss.</summary>
    public static ForwardOptions Default { get; } = new();

    /// <summary>Whether <see cref="ModelOutput.HiddenStates"/> is filled. Default false.</summary>
    public bool OutputHiddenStates { get; init; }

    /// <summary>Whether <see cref="ModelOutput.Attentions"/> is filled. Attention is then computed step by step, which is slower. Default false.</summary>
    public bool OutputAttentions { get; init; }

    /// <summary>Whether only the loss is needed: a language model may then skip the logits, and <see cref="ModelOutput.Logits"/> is null. The trainer sets it. Default false.</summary>
    public bool LossOnly { get; init; }

    /// <summary>Number of last tokens for which a language model computes logits; 0 for all. Generation needs 1. Default 0.</summary>
    public int LogitsToKeep { get; init; }

    /// <summary>Divisor of the summed loss: the number of targets in the whole group of micro-batches (<see cref="PretrainedModel.CountTargets"/>). Null: the mean over this batch.</summary>
    public double? NumItemsInBatch { get; init; }

    /// <summary>Keys and values of the tokens before these: they are attended to, and those of these tokens are added. Null: no cache.</summary>
    /// <remarks>The cache belongs to the caller and lives through many calls; a model does not dispose it.</remarks>
    public KeyValueCache? PastKeyValues { get; init; }

    /// <summary>The adapters of this call, for a model with adapters: one name for all rows of the batch, or a name for each row; <c>__base__</c> is the base model. Null: those of the current scope or of <c>SetAdapter</c>.</summary>
    public IReadOnlyList<string>? AdapterNames { get; init; }

    /// <summary>Number of rows of the batch that follow each other for one adapter name: more than 1 with beams or several returned sequences.</summary>
    internal int RowsPerAdapterName { get; init; } = 1;

    /// <summary>Whether the head reads only the first token of the last layer, so that the layer may compute only that one.</summary>
    internal bool FirstTokenOnly { get; init; }

    /// <summary>Whether the inputs have been checked already, by the trainer or by the model around this one.</summary>
    internal bool AreInputsChecked { get; init; }
}
