using PeftSharp.Data;
using PeftSharp.Modeling;
using static TorchSharp.torch;

namespace PeftSharp.Training;

/// <summary>Packs all rows of a batch into one without padding: positions begin anew at each text, texts do not see each other, and no text is asked to predict the next one's first token.</summary>
/// <remarks>
/// <para>transformers' <c>DataCollatorWithFlattening</c>. For models that predict the next token; the model tells the texts apart by their positions.</para>
/// <para>Thread safety: instances are immutable and can be used from several threads at once.</para>
/// </remarks>
public sealed class FlatteningCollator : IDataCollator
{
    /// <inheritdoc/>
    /// <exception cref="DatasetException">The rows have no <c>input_ids</c>, or labels of another length.</exception>
    public ModelInputs Collate(IReadOnlyList<Row> rows)
    {
        ArgumentNullException.ThrowIfNull(rows);
        var (ids, labels, positions) = (new List<long>(), new List<long>(), new List<long>());
        foreach (var row in rows)
        {
            var tokens = row.Int64s("input_ids");
            var targets = row.ContainsKey("labels") ? row.Int64s("labels") : tokens;
            if (targets.Length != tokens.Length) throw new DatasetException($"Row {row.Index} has {tokens.Length} 'input_ids' and {targets.Length} 'labels'; give each token its label.");
            for (var place = 0; place < tokens.Length; place++)
            {
                ids.Add(tokens[place]);
                labels.Add(place == 0 ? InputCheck.Ignored : targets[place]);
                positions.Add(place);
            }
        }
        return new ModelInputs { InputIds = OneRow(ids), Labels = OneRow(labels), PositionIds = OneRow(positions) };
    }

    private static Tensor OneRow(List<long> values) => tensor(values.ToArray()).reshape(1, values.Count);
}
