using PeftSharp.Data;
using PeftSharp.Modeling;

namespace PeftSharp.Training;

/// <summary>
/// Pads the rows of a batch to the length of the longest row (transformers' <c>DataCollatorWithPadding</c> and
/// <c>DataCollatorForTokenClassification</c>).
/// </summary>
/// <remarks>
/// <para>
/// The padding value is the padding token for <c>input_ids</c>, 1 for <c>special_tokens_mask</c>, -100 for <c>labels</c>, and 0 for other
/// columns. If the rows have no <c>attention_mask</c>, it is added: 1 for tokens, 0 for padding.
/// </para>
/// <para>Thread safety: instances are immutable and can be used from several threads at once.</para>
/// </remarks>
public sealed class PaddingCollator : IDataCollator
{
    private readonly RowPadding _padding;

    /// <summary>Creates a collator.</summary>
    /// <param name="padTokenId">The id of the padding token. Default 0.</param>
    /// <param name="padToMultipleOf">The length of a batch is rounded up to a multiple of this value. Null: it is not rounded.</param>
    /// <param name="maxLength">The minimum length of a batch. Null: the length of its longest row. Rows are not truncated.</param>
    /// <param name="padLeft">Whether rows are padded on the left, as text generation requires. Default false.</param>
    /// <exception cref="ArgumentOutOfRangeException">The id is negative, or a length is below 1.</exception>
    public PaddingCollator(int padTokenId = 0, int? padToMultipleOf = null, int? maxLength = null, bool padLeft = false)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(padTokenId);
        ArgumentOutOfRangeException.ThrowIfLessThan(padToMultipleOf ?? 1, 1, nameof(padToMultipleOf));
        ArgumentOutOfRangeException.ThrowIfLessThan(maxLength ?? 1, 1, nameof(maxLength));
        _padding = new RowPadding(padTokenId, padToMultipleOf ?? 1, maxLength, padLeft);
    }

    /// <inheritdoc/>
    public ModelInputs Collate(IReadOnlyList<Row> rows) => WithAttentionMask(RowTensors.Collate(rows, _padding), rows);

    private ModelInputs WithAttentionMask(ModelInputs inputs, IReadOnlyList<Row> rows)
    {
        if (inputs is { AttentionMask: null, InputIds: { } ids } && ids.dim() == 2)
            inputs.AttentionMask = RowTensors.AttentionMask(rows, ids.shape[1], _padding);
        return inputs;
    }
}
