using PeftSharp.Data;
using PeftSharp.Modeling;

namespace PeftSharp.Training;

/// <summary>Stacks rows of equal length without padding (transformers' <c>DefaultDataCollator</c>).</summary>
/// <remarks>
/// <para>
/// Integers and booleans are converted to int64, floating-point values and decimals to float32. The columns <c>label</c> and
/// <c>label_ids</c> are named <c>labels</c> in the batch. A batch with rows of different lengths throws a <see cref="DatasetException"/>;
/// for such rows, use <see cref="DataCollatorWithPadding"/>.
/// </para>
/// <para>Thread safety: instances are immutable and can be used from several threads at once.</para>
/// </remarks>
public sealed class DefaultDataCollator : IDataCollator
{
    private readonly bool _hasTokenizer;

    /// <summary>Creates a collator.</summary>
    public DefaultDataCollator() { }

    /// <param name="hasTokenizer">Whether the trainer has a tokenizer, for messages. Such a tokenizer has no padding token: otherwise the
    /// trainer uses a <see cref="DataCollatorWithPadding"/>.</param>
    internal DefaultDataCollator(bool hasTokenizer) => _hasTokenizer = hasTokenizer;

    /// <inheritdoc/>
    public ModelInputs Collate(IReadOnlyList<Row> rows) =>
        RowTensors.Collate(rows, padding: null, _hasTokenizer ? RowTensors.SetPadToken : RowTensors.PassTokenizer);
}
