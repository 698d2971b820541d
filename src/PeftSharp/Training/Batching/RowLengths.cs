using PeftSharp.Data;

namespace PeftSharp.Training.Batching;

/// <summary>The lengths of the training rows for <see cref="SamplingStrategy.GroupByLength"/>.</summary>
internal static class RowLengths
{
    /// <summary>
    /// Returns the values of the column <paramref name="lengthColumn"/>, or the number of <c>input_ids</c> of each row if there is no such
    /// column.
    /// </summary>
    /// <param name="given">The dataset with all columns.</param>
    /// <param name="read">The same rows with the columns that the model reads.</param>
    /// <param name="lengthColumn">The name of the column with the lengths.</param>
    /// <exception cref="DatasetException">There is neither a column of that name nor <c>input_ids</c>.</exception>
    internal static int[] Of(Dataset given, Dataset read, string lengthColumn)
    {
        if (given.ColumnNames.Contains(lengthColumn))
            return [.. Enumerable.Range(0, given.Count).Select(row => checked((int)given[lengthColumn].GetInt64(row)))];
        if (!read.ColumnNames.Contains("input_ids"))
            throw new DatasetException("TrainSamplingStrategy is GroupByLength, but the training data has neither a column "
                + $"'{lengthColumn}' (LengthColumnName) nor 'input_ids'. Use Map to add a column with the lengths, or choose "
                + "another strategy.");
        var ids = read["input_ids"];
        return [.. Enumerable.Range(0, read.Count).Select(ids.GetLength)];
    }
}
