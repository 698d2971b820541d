using System.Numerics;
using PeftSharp.Data;
using PeftSharp.Modeling;

namespace PeftSharp.Training.Batching;

/// <summary>
/// Checks the token ids of a whole dataset before the first step, so that an id without an embedding is reported immediately and not hours
/// later.
/// </summary>
internal static class TokenIdCheck
{
    /// <param name="dataset">The dataset. Columns that are not lists of integers are not checked here, but in each batch.</param>
    /// <param name="model">The model.</param>
    /// <param name="role">The purpose of the dataset, such as <c>training</c>, for messages.</param>
    /// <exception cref="DatasetException">A row contains an id that is negative or has no embedding.</exception>
    internal static void Require(Dataset dataset, PretrainedModel model, string role)
    {
        foreach (var input in model.Inputs.Where(input => input.Kind == InputKind.TokenIds && input.Limit is not null))
            if (dataset.ColumnNames.Contains(input.Name) && dataset[input.Name] is { Feature: Sequence { Element: Value } ids } column)
                Require(column, ((Value)ids.Element).Dtype, input.Limit!.Value, input.Name, role);
    }

    private static void Require(Column column, string dtype, long limit, string name, string role)
    {
        for (var row = 0; row < column.Count; row++)
        {
            if (column.IsNull(row)) continue;
            if (dtype == "int64") Check(column.GetInt64s(row), limit - 1, row);
            else if (dtype == "int32") Check(column.GetInt32s(row), (int)Math.Min(limit - 1, int.MaxValue), row);
        }

        void Check<T>(ReadOnlySpan<T> ids, T last, int row) where T : struct, IBinaryInteger<T>
        {
            if (ids.IndexOfAnyExceptInRange(T.Zero, last) is >= 0 and var at) throw Error(long.CreateChecked(ids[at]), row, at);
        }

        DatasetException Error(long id, int row, int at) => new($"'{name}' contains {id} at [{at}] of row {row} of the {role} data. The "
            + $"embeddings have {limit} rows (vocab_size): use the tokenizer that belongs to this model. If you added tokens to it, call "
            + "ResizeTokenEmbeddings(tokenizer.Count) before training.");
    }
}
