using PeftSharp.Data;
using PeftSharp.Modeling;
using PeftSharp.Tokenization;

namespace PeftSharp.Training;

/// <summary>
/// Pads the rows of a batch to the length of the longest row (transformers' <c>DataCollatorWithPadding</c> and
/// <c>DataCollatorForTokenClassification</c>).
/// </summary>
/// <remarks>
/// <para>
/// The padding value is the padding token for <c>input_ids</c>, 1 for <c>special_tokens_mask</c>, -100 for <c>labels</c>, and 0 for other
/// columns. If the rows have no <c>attention_mask</c>, and their <c>input_ids</c> are not nested lists, a mask is added: 1 for tokens, 0
/// for padding.
/// </para>
/// <para>Thread safety: instances are immutable and can be used from several threads at once.</para>
/// </remarks>
public sealed class DataCollatorWithPadding : IDataCollator
{
    private readonly RowPadding _padding;

    /// <summary>Creates a collator that pads as the tokenizer does: with its padding token, on its padding side.</summary>
    /// <param name="tokenizer">The tokenizer that encoded the rows.</param>
    /// <param name="maxLength">The minimum length of a batch. A longer row is not truncated. Null: the length of the longest row.</param>
    /// <param name="padToMultipleOf">The length of a batch is rounded up to a multiple of this value. Null: it is not rounded.</param>
    /// <exception cref="ArgumentException">The tokenizer has no padding token.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A length is below 1.</exception>
    public DataCollatorWithPadding(Tokenizer tokenizer, int? maxLength = null, int? padToMultipleOf = null)
        : this(PadTokenIdOf(tokenizer), tokenizer.PaddingSide, maxLength, padToMultipleOf) { }

    /// <summary>Creates a collator from the id of the padding token, without a tokenizer.</summary>
    /// <param name="padTokenId">The id of the padding token.</param>
    /// <param name="paddingSide">The side of the padding. Default right; text generation requires left.</param>
    /// <param name="maxLength">The minimum length of a batch. A longer row is not truncated. Null: the length of the longest row.</param>
    /// <param name="padToMultipleOf">The length of a batch is rounded up to a multiple of this value. Null: it is not rounded.</param>
    /// <exception cref="ArgumentOutOfRangeException">The id is negative, or a length is below 1.</exception>
    public DataCollatorWithPadding(
        int padTokenId, PaddingSide paddingSide = PaddingSide.Right, int? maxLength = null, int? padToMultipleOf = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(padTokenId);
        ArgumentOutOfRangeException.ThrowIfLessThan(padToMultipleOf ?? 1, 1, nameof(padToMultipleOf));
        ArgumentOutOfRangeException.ThrowIfLessThan(maxLength ?? 1, 1, nameof(maxLength));
        _padding = new RowPadding(padTokenId, padToMultipleOf ?? 1, maxLength, Left: paddingSide == PaddingSide.Left);
    }

    /// <inheritdoc/>
    public ModelInputs Collate(IReadOnlyList<Row> rows) => WithAttentionMask(RowTensors.Collate(rows, _padding), rows);

    private static int PadTokenIdOf(Tokenizer tokenizer)
    {
        ArgumentNullException.ThrowIfNull(tokenizer);
        return tokenizer.PadTokenId ?? throw new ArgumentException("The tokenizer has no padding token, which is required to pad rows. "
            + "Set one (tokenizer.PadToken = tokenizer.EosToken), or add one with AddSpecialTokens.", nameof(tokenizer));
    }

    private ModelInputs WithAttentionMask(ModelInputs inputs, IReadOnlyList<Row> rows)
    {
        if (inputs is { AttentionMask: null, InputIds: { } ids } && ids.dim() == 2)
            inputs.AttentionMask = RowTensors.AttentionMask(rows, ids.shape[1], _padding);
        return inputs;
    }
}
