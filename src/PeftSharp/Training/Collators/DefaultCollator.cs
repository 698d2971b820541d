using PeftSharp.Data;
using PeftSharp.Modeling;

namespace PeftSharp.Training;

/// <summary>Stacks rows that are as long as each other; <c>label</c> and <c>label_ids</c> become <c>labels</c> (transformers' <c>DefaultDataCollator</c>).</summary>
/// <remarks>
/// <para>Integers become int64, others float32. Rows of uneven length are an error: see <see cref="PaddingCollator"/>.</para>
/// <para>Thread safety: instances are immutable and can be used from several threads at once.</para>
/// </remarks>
public sealed class DefaultCollator : IDataCollator
{
    /// <inheritdoc/>
    public ModelInputs Collate(IReadOnlyList<Row> rows) => RowTensors.Collate(rows, padding: null);
}
