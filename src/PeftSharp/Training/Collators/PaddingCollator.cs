using PeftSharp.Data;
using PeftSharp.Modeling;

namespace PeftSharp.Training;

/// <summary>Fills short rows up to the longest of their batch (transformers' <c>DataCollatorWithPadding</c> and <c>DataCollatorForTokenClassification</c>).</summary>
/// <remarks>
/// <para><c>input_ids</c> are filled with the padding token, <c>special_tokens_mask</c> with 1, <c>labels</c> with -100, everything else with 0. Rows without an <c>attention_mask</c> get one, as from transformers' tokenizers.</para>
/// <para>Thread safety: instances are immutable and can be used from several threads at once.</para>
/// </remarks>
public sealed class PaddingCollator : IDataCollator
{
    private readonly RowPadding _padding;

    /// <param name="padTokenId">Fills <c>input_ids</c>.</param>
    /// <param name="padToMultipleOf">Lengths are rounded up to a multiple of it. Null: not at all.</param>
    /// <param name="maxLength">Every batch is filled up to it. Null: up to its longest row.</param>
    /// <param name="padLeft">Whether rows are filled at their beginning, as text generation needs it. Default false.</param>
    /// <exception cref="ArgumentOutOfRangeException">The id is negative, or a length is below 1.</exception>
    public PaddingCollator(int padTokenId = 0, int? padToMultipleOf = null, int? maxLength = null, bool padLeft = false)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(padTokenId);
        ArgumentOutOfRangeException.ThrowIfLessThan(padToMultipleOf ?? 1, 1, nameof(padToMultipleOf));
        ArgumentOutOfRangeException.ThrowIfLessThan(maxLength ?? 1, 1, nameof(maxLength));
        _padding = new RowPadding(padTokenId, padToMultipleOf ?? 1, maxLength, padLeft);
    }

    /// <inheritdoc/>
    public ModelInputs Collate(IReadOnlyList<Row> rows) => Masked(RowTensors.Collate(rows, _padding), rows);

    private ModelInputs Masked(ModelInputs inputs, IReadOnlyList<Row> rows)
    {
        if (inputs is { AttentionMask: null, InputIds: { } ids } && ids.dim() == 2) inputs.AttentionMask = RowTensors.Read(rows, ids.shape[1], _padding);
        return inputs;
    }
}
