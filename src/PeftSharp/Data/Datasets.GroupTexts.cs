using PeftSharp.Internal;

namespace PeftSharp.Data;

/// <content>Blocks of tokens for language modeling.</content>
public static partial class Datasets
{
    /// <summary>
    /// Concatenates the <c>input_ids</c> of all rows and splits them into blocks of equal length, for language modeling. An incomplete last
    /// block is dropped.
    /// </summary>
    /// <remarks>
    /// This corresponds to <c>group_texts</c> in the language modeling examples of transformers. The examples drop the incomplete last
    /// block of each batch; this method concatenates all rows, so that at most one block is dropped.
    /// </remarks>
    /// <param name="dataset">The tokenized dataset; columns other than <c>input_ids</c> are ignored.</param>
    /// <param name="blockSize">The number of tokens of a block; at least 1.</param>
    /// <returns>A dataset with the column <c>input_ids</c>.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="blockSize"/> is below 1.</exception>
    /// <exception cref="DatasetException">
    /// There is no column <c>input_ids</c>, it contains other values than lists of integers, or all rows together have fewer tokens than a
    /// block.
    /// </exception>
    public static Dataset GroupTexts(Dataset dataset, int blockSize)
    {
        ArgumentNullException.ThrowIfNull(dataset);
        ArgumentOutOfRangeException.ThrowIfLessThan(blockSize, 1);
        var column = dataset["input_ids"];
        var blocks = new List<int[]>();
        var (block, filled, total) = (new int[blockSize], 0, 0L);
        for (var row = 0; row < column.Count; row++)
        {
            var ids = column.GetInt32s(row);
            total += ids.Length;
            while (ids.Length > 0)
            {
                var part = Math.Min(ids.Length, blockSize - filled);
                ids[..part].CopyTo(block.AsSpan(filled));
                ids = ids[part..];
                filled += part;
                if (filled < blockSize) continue;
                blocks.Add(block);
                (block, filled) = (new int[blockSize], 0);
            }
        }
        if (blocks.Count == 0)
            throw new DatasetException(
                $"All rows together have {Quantity.Of(total, "token")}, fewer than one block of {blockSize}. Reduce blockSize, or use "
                + "more text.");
        return Dataset.FromDict(("input_ids", blocks));
    }
}
