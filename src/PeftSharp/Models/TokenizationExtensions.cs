using System.Collections;
using PeftSharp.Data;
using PeftSharp.Tokenization;

namespace PeftSharp.Models;

/// <summary>Tokenizes datasets: <c>dataset.Tokenize(tokenizer, "text", maxLength: 128)</c>.</summary>
public static class TokenizationExtensions
{
    private static readonly string[] _labelNames = ["labels", "label", "label_ids"];

    /// <summary>
    /// Replaces a column of texts, or two columns of text pairs, by the columns that the model reads: <c>input_ids</c>,
    /// <c>attention_mask</c> and, for models with segments, <c>token_type_ids</c>.
    /// </summary>
    /// <remarks>
    /// Rows are not padded unless <paramref name="padding"/> is set; the trainer pads each batch to its longest row if it has the
    /// tokenizer.
    /// </remarks>
    /// <param name="dataset">The dataset.</param>
    /// <param name="tokenizer">The tokenizer of the model.</param>
    /// <param name="textColumn">The column with the texts. Default <c>text</c>.</param>
    /// <param name="pairColumn">The column with the second texts of pairs. Null: none.</param>
    /// <param name="labelColumn">
    /// The column with the labels, which is renamed to <c>labels</c>. Null: <c>labels</c>, <c>label</c> or <c>label_ids</c>, if one
    /// exists.
    /// </param>
    /// <param name="maxLength">Maximum number of tokens per row, including special tokens. Default: the limit of the tokenizer.</param>
    /// <param name="padding">The padding strategy. Default: no padding.</param>
    /// <param name="truncation">The text that is truncated if a row has too many tokens. Default: the longest; <c>false</c>: none.</param>
    /// <returns>The dataset without the text columns; other columns are kept.</returns>
    /// <exception cref="DatasetException">A column does not exist or does not contain text, or the labels are text.</exception>
    public static Dataset Tokenize(
        this Dataset dataset, Tokenizer tokenizer, string textColumn = "text", string? pairColumn = null, string? labelColumn = null,
        int? maxLength = null, PaddingStrategy padding = default, TruncationStrategy? truncation = null)
    {
        ArgumentNullException.ThrowIfNull(dataset);
        ArgumentNullException.ThrowIfNull(tokenizer);
        ArgumentException.ThrowIfNullOrEmpty(textColumn);
        string[] texts = pairColumn is null ? [textColumn] : [textColumn, pairColumn];
        foreach (var column in labelColumn is null ? texts : [.. texts, labelColumn])
            if (!dataset.ColumnNames.Contains(column))
                _ = dataset[column];                   // throws, with a hint if a CSV file was read with the wrong delimiter
        var labels = labelColumn ?? _labelNames.FirstOrDefault(dataset.ColumnNames.Contains);
        if (labels is not null && dataset.Features[labels] is Value { Dtype: "string" })
            throw new DatasetException($"Column '{labels}' contains text, but labels must be numbers. "
                + $"Convert class names with dataset.ClassEncodeColumn(\"{labels}\") before the dataset is split.");
        var hasLimit = (maxLength ?? tokenizer.ModelMaxLength) is not null;
        var cut = truncation ?? (hasLimit ? TruncationStrategy.LongestFirst : TruncationStrategy.DoNotTruncate);
        var tokenized = dataset.Map(
            batch => tokenizer.Encode(
                batch.GetStrings(textColumn), pairColumn is null ? null : batch.GetStrings(pairColumn),
                padding: padding, truncation: cut, maxLength: maxLength).ToColumns(),
            batched: true, removeColumns: texts);
        return labels is null or "labels" ? tokenized : tokenized.RenameColumn(labels, "labels");
    }

    /// <summary>Tokenizes every split.</summary>
    /// <inheritdoc cref="Tokenize(Dataset, Tokenizer, string, string, string, int?, PaddingStrategy, TruncationStrategy?)"/>
    public static DatasetDict Tokenize(
        this DatasetDict dataset, Tokenizer tokenizer, string textColumn = "text", string? pairColumn = null, string? labelColumn = null,
        int? maxLength = null, PaddingStrategy padding = default, TruncationStrategy? truncation = null)
    {
        ArgumentNullException.ThrowIfNull(dataset);
        return new DatasetDict(dataset.Select(split => KeyValuePair.Create(
            split.Key, split.Value.Tokenize(tokenizer, textColumn, pairColumn, labelColumn, maxLength, padding, truncation))));
    }

    /// <summary>Converts encoded texts to a dataset, for example for <c>Trainer.Predict</c>.</summary>
    /// <param name="batch">The encoded texts; rows may differ in length.</param>
    public static Dataset ToDataset(this BatchEncoding batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        return Dataset.FromDict(batch.ToColumns().ToDictionary(column => column.Key, IEnumerable (column) => column.Value));
    }
}
