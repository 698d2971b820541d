using System.Numerics;
using PeftSharp.Data;
using PeftSharp.Modeling;

namespace PeftSharp.Training.Batching;

/// <summary>
/// Checks token ids. The ids of a dataset are checked before the first step, so that an id without an embedding is reported immediately and
/// not hours later. The ids of each batch are checked before the batch is collated, so that the message names the row.
/// </summary>
/// <remarks>
/// Reading all ids of files that are mapped into memory could take minutes. In large columns of such files, only blocks of rows at regular
/// intervals, from the first row to the last, are checked before the first step. The other rows are checked when they are in a batch.
/// </remarks>
internal static class TokenIdCheck
{
    private const int SampledBlocks = 200;
    private const int BlockRows = 100;

    /// <param name="dataset">The dataset. Columns that are not lists of integers are not checked here, but by the model.</param>
    /// <param name="model">The model.</param>
    /// <param name="role">The purpose of the dataset, such as <c>training</c>, for messages.</param>
    /// <exception cref="DatasetException">A row contains an id that is negative or has no embedding.</exception>
    internal static void Require(Dataset dataset, PretrainedModel model, string role)
    {
        foreach (var input in Inputs(model))
            if (dataset.ColumnNames.Contains(input.Name) && Dtype(dataset[input.Name]) is { } dtype)
                foreach (var row in RowsOf(dataset[input.Name]))
                    Require(dataset[input.Name], dtype, input, row, row, $"{role} data");
    }

    /// <summary>The inputs of a model whose ids are checked.</summary>
    internal static IReadOnlyList<InputSpec> Inputs(PretrainedModel model) =>
        [.. model.Inputs.Where(input => input is { Kind: InputKind.TokenIds, Limit: not null })];

    /// <summary>Checks the rows of a batch.</summary>
    /// <param name="rows">The rows.</param>
    /// <param name="inputs">The inputs of the model; see <see cref="Inputs"/>.</param>
    /// <param name="data">The name of the data, for messages.</param>
    /// <exception cref="DatasetException">A row contains an id that is negative or has no embedding.</exception>
    internal static void Require(IReadOnlyList<Row> rows, IReadOnlyList<InputSpec> inputs, string data)
    {
        foreach (var input in inputs)
            foreach (var row in rows)
                if (row.Columns.Contains(input.Name) && row.Columns[input.Name] is var column && Dtype(column) is { } dtype)
                    Require(column, dtype, input, row.Position, row.Index, data);
    }

    /// <summary>The type of the ids. Null: the column does not contain lists of integers.</summary>
    private static string? Dtype(Column column) =>
        column.Feature is Sequence { Element: Value { Dtype: "int64" or "int32" } ids } ? ids.Dtype : null;

    private static IEnumerable<int> RowsOf(Column column)
    {
        if (column.Count <= SampledBlocks * BlockRows || !column.Data.Files.Any(file => file.IsMapped))
            return Enumerable.Range(0, column.Count);
        return Enumerable.Range(0, SampledBlocks).SelectMany(block =>
            Enumerable.Range((int)((long)block * (column.Count - BlockRows) / (SampledBlocks - 1)), BlockRows));
    }

    private static void Require(Column column, string dtype, InputSpec input, int position, int row, string data)
    {
        if (column.IsNull(position)) return;
        var limit = input.Limit!.Value;
        if (dtype == "int64") Check(column.GetInt64s(position), limit - 1);
        else Check(column.GetInt32s(position), (int)Math.Min(limit - 1, int.MaxValue));

        void Check<T>(ReadOnlySpan<T> ids, T last) where T : struct, IBinaryInteger<T>
        {
            if (ids.IndexOfAnyExceptInRange(T.Zero, last) is >= 0 and var at) throw Error(long.CreateChecked(ids[at]), at);
        }

        DatasetException Error(long id, int at) => new($"'{input.Name}' contains {id} at [{at}] of row {row} of the {data}. The "
            + $"embeddings have {limit} rows (vocab_size): use the tokenizer that belongs to this model. If you added tokens to it, call "
            + "ResizeTokenEmbeddings(tokenizer.Count) before training.");
    }
}
