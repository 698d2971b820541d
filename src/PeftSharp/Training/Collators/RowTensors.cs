using PeftSharp.Data;
using PeftSharp.Modeling;
using static TorchSharp.torch;

namespace PeftSharp.Training;

/// <summary>Columns of rows become tensors: numbers [rows], lists [rows, length], lists of lists [rows, …, length].</summary>
internal static class RowTensors
{
    /// <exception cref="DatasetException">A column holds text or nothing, or its rows differ in length and nothing says how to fill them.</exception>
    internal static ModelInputs Collate(IReadOnlyList<Row> rows, RowPadding? padding)
    {
        if (rows.Count == 0) throw new DatasetException("A batch needs at least one row.");
        var inputs = new ModelInputs();
        try
        {
            foreach (var column in rows[0].Keys)
            {
                var name = column is "label" or "label_ids" ? "labels" : column;
                if (inputs[name] is not null) throw new DatasetException($"Column '{column}' and another column are both read as '{name}'. Take one of them away with RemoveColumns, or rename it.");
                inputs[name] = ToTensor(rows, column, name, padding);
            }
            return inputs;
        }
        catch
        {
            inputs.Dispose();
            throw;
        }
    }

    /// <summary>1 where a row has a token, 0 where it was filled up, int64 [rows, width].</summary>
    internal static Tensor Read(IReadOnlyList<Row> rows, long width, RowPadding padding)
    {
        var mask = new long[rows.Count * width];
        for (var row = 0; row < rows.Count; row++)
        {
            var length = rows[row].Length("input_ids");
            mask.AsSpan((int)(row * width + (padding.Left ? width - length : 0)), length).Fill(1);
        }
        using var flat = from_array(mask, ScalarType.Int64);
        return flat.reshape(rows.Count, width);
    }

    private static Tensor ToTensor(IReadOnlyList<Row> rows, string column, string name, RowPadding? padding) => rows[0][column] switch
    {
        long or int or bool => tensor(Numbers(rows, row => row.Int64(column)), ScalarType.Int64),
        double or float or decimal => tensor(Numbers(rows, row => (float)row.Double(column)), ScalarType.Float32),
        long[] or int[] or bool[] => Lists(rows, column, name, padding, row => row.Int64s(column), ScalarType.Int64, (long)(padding?.Filler(name) ?? 0)),
        double[] or float[] or decimal[] => Lists(rows, column, name, padding, row => row.Singles(column), ScalarType.Float32, (float)(padding?.Filler(name) ?? 0)),
        System.Collections.IList => NestedLists.Collate(rows, column, padding, padding?.Filler(name) ?? 0),
        null => throw new DatasetException($"Column '{column}' has no value in row {rows[0].Index}. Filter such rows out or fill them with Map."),
        string when name == "labels" => throw new DatasetException($"Column '{column}' holds text, but labels are numbers. Turn the names into numbers with dataset.ClassEncodeColumn(\"{column}\")."),
        var value => throw new DatasetException($"Column '{column}' holds {value.GetType().Name}, which cannot become a tensor. Turn it into numbers with Map, or take it away with RemoveColumns(\"{column}\")."),
    };

    private static T[] Numbers<T>(IReadOnlyList<Row> rows, Func<Row, T> read)
    {
        var values = new T[rows.Count];
        for (var row = 0; row < values.Length; row++) values[row] = read(rows[row]);
        return values;
    }

    private delegate ReadOnlySpan<T> ReadList<T>(Row row);

    private static Tensor Lists<T>(IReadOnlyList<Row> rows, string column, string name, RowPadding? padding, ReadList<T> read, ScalarType dtype, T filler) where T : unmanaged
    {
        var longest = 0;
        foreach (var row in rows) longest = Math.Max(longest, read(row).Length);
        var width = padding?.Width(longest) ?? longest;
        var values = new T[rows.Count * width];
        if (padding is not null) Array.Fill(values, filler);
        for (var index = 0; index < rows.Count; index++)
        {
            var list = read(rows[index]);
            if (list.Length != width && padding is null)
                throw new DatasetException($"Column '{column}' has {list.Length} numbers in row {rows[index].Index} and {longest} in another of the same batch. Give the trainer the tokenizer (tokenizer: tokenizer), which then pads each batch, or use a PaddingCollator, or pad the rows when they are tokenized (padding: PaddingStrategy.MaxLength).");
            list.CopyTo(values.AsSpan(index * width + (padding is { Left: true } ? width - list.Length : 0)));
        }
        using var flat = from_array(values, dtype);
        return flat.reshape(rows.Count, width);
    }
}
