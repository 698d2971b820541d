namespace PeftSharp.Data;

public static partial class Datasets
{
    /// <summary>All rows' <c>input_ids</c> one after another, cut into blocks of equal length: what a language model is trained on. What is left at the end is dropped.</summary>
    /// <remarks>The <c>group_texts</c> of transformers' language-modelling examples, over the whole data set at once, so nothing is lost between batches.</remarks>
    /// <param name="dataset">Tokenized rows; other columns are left out.</param>
    /// <param name="blockSize">Tokens of a block.</param>
    /// <returns>A data set of the column <c>input_ids</c>.</returns>
    /// <exception cref="DatasetException">There is no column <c>input_ids</c>, or all rows together are shorter than a block.</exception>
    public static Dataset GroupTexts(Dataset dataset, int blockSize)
    {
        ArgumentNullException.ThrowIfNull(dataset);
        ArgumentOutOfRangeException.ThrowIfLessThan(blockSize, 1);
        var column = dataset["input_ids"];
        var blocks = new List<int[]>();
        var (block, filled, total) = (new int[blockSize], 0, 0L);
        for (var row = 0; row < column.Count; row++)
        {
            var ids = column.Int32s(row);
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
        if (blocks.Count == 0) throw new DatasetException($"All rows together have {total} tokens, fewer than one block of {blockSize}. Use a smaller blockSize or more text.");
        return Dataset.FromDict(("input_ids", blocks));
    }
}
