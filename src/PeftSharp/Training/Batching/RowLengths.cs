using PeftSharp.Data;

namespace PeftSharp.Training.Batching;

/// <summary>The lengths by which training rows are grouped.</summary>
internal static class RowLengths
{
    /// <summary>The numbers in the column <paramref name="lengthColumn"/> of <paramref name="given"/>, or else the number of <c>input_ids</c> of each row of <paramref name="read"/>.</summary>
    /// <param name="given">The data as the user passed it.</param>
    /// <param name="read">The same rows with the columns that the model reads.</param>
    /// <param name="lengthColumn">Name of the column of lengths.</param>
    /// <exception cref="DatasetException">There is neither a column of lengths nor one of ids.</exception>
    internal static int[] Of(Dataset given, Dataset read, string lengthColumn)
    {
        if (given.ColumnNames.Contains(lengthColumn)) return [.. Enumerable.Range(0, given.Count).Select(row => checked((int)given[lengthColumn].Int64(row)))];
        if (!read.ColumnNames.Contains("input_ids"))
            throw new DatasetException($"TrainSamplingStrategy is GroupByLength, but the training data has neither a column '{lengthColumn}' (LengthColumnName) nor 'input_ids'. Add a column of lengths with Map, or choose another strategy.");
        var ids = read["input_ids"];
        return [.. Enumerable.Range(0, read.Count).Select(row => ids.Int64s(row).Length)];
    }
}
