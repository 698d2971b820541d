using PeftSharp.Data;
using PeftSharp.Internal;
using PeftSharp.Modeling;
using static TorchSharp.torch;

namespace PeftSharp.Training;

/// <summary>Converts columns to tensors: scalars to [rows], lists to [rows, length], nested lists to [rows, …, length].</summary>
internal static class RowTensors
{
    /// <summary>The remedy for rows of different lengths if the trainer has no tokenizer.</summary>
    internal const string PassTokenizer = "Pass the tokenizer to the trainer (tokenizer: tokenizer), which then pads each batch "
        + "if the tokenizer has a padding token (for GPT-2 set tokenizer.PadToken = tokenizer.EosToken), "
        + "use a DataCollatorWithPadding, or pad the rows when they are tokenized (padding: PaddingStrategy.MaxLength).";

    /// <summary>The remedy for rows of different lengths if the trainer has a tokenizer without padding token.</summary>
    internal const string SetPadToken = "The tokenizer has no padding token: set tokenizer.PadToken = tokenizer.EosToken before you create "
        + "the trainer, which then pads each batch.";

    /// <param name="rows">The rows of the batch.</param>
    /// <param name="padding">The padding of lists. Null: they must have equal lengths.</param>
    /// <param name="paddingRemedy">How to turn on padding, for the message about rows of different lengths.</param>
    /// <exception cref="DatasetException">
    /// A column contains text or null, or its rows have different lengths and <paramref name="padding"/> is null.
    /// </exception>
    internal static ModelInputs Collate(IReadOnlyList<Row> rows, RowPadding? padding, string paddingRemedy = PassTokenizer)
    {
        if (rows.Count == 0) throw new DatasetException("The batch has no rows. A batch must have at least one row.");
        var inputs = new ModelInputs();
        try
        {
            foreach (var column in rows[0].Keys)
            {
                var name = column is "label" or "label_ids" ? "labels" : column;
                if (inputs[name] is not null)
                    throw new DatasetException($"Column '{column}' and another column are both used as '{name}'. "
                        + "Remove one of them with RemoveColumns, or rename it.");
                inputs[name] = ToTensor(rows, column, name, padding, paddingRemedy);
            }
            return inputs;
        }
        catch
        {
            inputs.Dispose();
            throw;
        }
    }

    /// <summary>Returns the attention mask: 1 for tokens, 0 for padding, int64 [rows, width].</summary>
    internal static Tensor AttentionMask(IReadOnlyList<Row> rows, long width, RowPadding padding)
    {
        var mask = new long[rows.Count * width];
        for (var row = 0; row < rows.Count; row++)
        {
            var length = rows[row].GetLength("input_ids");
            mask.AsSpan((int)(row * width + (padding.Left ? width - length : 0)), length).Fill(1);
        }
        using var flat = from_array(mask, ScalarType.Int64);
        return flat.reshape(rows.Count, width);
    }

    private static Tensor ToTensor(
        IReadOnlyList<Row> rows, string column, string name, RowPadding? padding, string paddingRemedy) => rows[0][column] switch
        {
            long or int or bool => tensor(Values(rows, row => row.GetInt64(column)), ScalarType.Int64),
            double or float or decimal => tensor(Values(rows, row => (float)row.GetDouble(column)), ScalarType.Float32),
            long[] or int[] or bool[] =>
                PaddedLists(
                    rows, column, name, padding, paddingRemedy, row => row.GetInt64s(column), ScalarType.Int64,
                    (long)(padding?.PaddingValue(name) ?? 0)),
            double[] or float[] or decimal[] => PaddedLists(
                rows, column, name, padding, paddingRemedy, row => row.GetSingles(column), ScalarType.Float32,
                (float)(padding?.PaddingValue(name) ?? 0)),
            System.Collections.IList => NestedLists.Collate(rows, column, padding, padding?.PaddingValue(name) ?? 0, paddingRemedy),
            null => throw new DatasetException(
                $"Column '{column}' is null in row {rows[0].Index}. Remove such rows with Filter, or set a value with Map."),
            string when name == "labels" => throw new DatasetException($"Column '{column}' contains text, but labels must be numbers. "
                + $"Convert class names to class ids with dataset.ClassEncodeColumn(\"{column}\"), or, if the column is not the label, "
                + $"remove it: RemoveColumns(\"{column}\")."),
            var value => throw new DatasetException($"Column '{column}' contains values of type {TypeName.Of(value)}, "
                + "which cannot be converted to a tensor. Convert them to numbers with Map, or remove the column: "
                + $"RemoveColumns(\"{column}\")."),
        };

    private static T[] Values<T>(IReadOnlyList<Row> rows, Func<Row, T> read)
    {
        var values = new T[rows.Count];
        for (var row = 0; row < values.Length; row++) values[row] = read(rows[row]);
        return values;
    }

    private delegate ReadOnlySpan<T> ReadList<T>(Row row);

    private static Tensor PaddedLists<T>(
        IReadOnlyList<Row> rows, string column, string name, RowPadding? padding, string paddingRemedy, ReadList<T> read,
        ScalarType dtype, T paddingValue)
        where T : unmanaged
    {
        var longest = 0;
        foreach (var row in rows) longest = Math.Max(longest, read(row).Length);
        var width = padding?.Width(longest) ?? longest;
        var values = new T[rows.Count * width];
        if (padding is not null) Array.Fill(values, paddingValue);
        for (var index = 0; index < rows.Count; index++)
        {
            var list = read(rows[index]);
            if (list.Length != width && padding is null)
                throw new DatasetException($"Column '{column}' has {Quantity.Of(list.Length, "element")} in row {rows[index].Index}, but "
                    + $"{longest} in another row of the batch. {paddingRemedy}");
            list.CopyTo(values.AsSpan(index * width + (padding is { Left: true } ? width - list.Length : 0)));
        }
        using var flat = from_array(values, dtype);
        return flat.reshape(rows.Count, width);
    }
}
