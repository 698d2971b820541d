using PeftSharp.Data;
using PeftSharp.Modeling;
using static TorchSharp.torch;

namespace PeftSharp.Training;

/// <summary>
/// Concatenates all rows of a batch into one row without padding (transformers' <c>DataCollatorWithFlattening</c>). Use it for causal
/// language models.
/// </summary>
/// <remarks>
/// <para>
/// The position ids restart at 0 for each text, and the model restricts attention to tokens of the same text. The label of the first token
/// of each text is -100, so that this token is not predicted from the previous text.
/// </para>
/// <para>Thread safety: instances are immutable and can be used from several threads at once.</para>
/// </remarks>
public sealed class DataCollatorWithFlattening : IDataCollator
{
    /// <inheritdoc/>
    /// <exception cref="DatasetException">
    /// The rows have no <c>input_ids</c>, or the number of labels differs from the number of tokens.
    /// </exception>
    public ModelInputs Collate(IReadOnlyList<Row> rows)
    {
        ArgumentNullException.ThrowIfNull(rows);
        var (ids, labels, positions) = (new List<long>(), new List<long>(), new List<long>());
        foreach (var row in rows)
        {
            var tokens = row.GetInt64s("input_ids");
            var targets = row.ContainsKey("labels") ? row.GetInt64s("labels") : tokens;
            if (targets.Length != tokens.Length)
                throw new DatasetException(
                    $"Row {row.Index} has {tokens.Length} 'input_ids' and {targets.Length} 'labels'. Provide one label per token.");
            for (var position = 0; position < tokens.Length; position++)
            {
                ids.Add(tokens[position]);
                labels.Add(position == 0 ? InputCheck.Ignored : targets[position]);
                positions.Add(position);
            }
        }
        return new ModelInputs { InputIds = OneRow(ids), Labels = OneRow(labels), PositionIds = OneRow(positions) };
    }

    private static Tensor OneRow(List<long> values) => tensor(values.ToArray()).reshape(1, values.Count);
}
