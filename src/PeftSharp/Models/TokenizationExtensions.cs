using System.Collections;
using PeftSharp.Data;
using PeftSharp.Tokenization;

namespace PeftSharp.Models;

/// <summary>Texts of data sets as tokens: <c>dataset.Tokenize(tokenizer, "text", maxLength: 128)</c>.</summary>
public static class TokenizationExtensions
{
    private static readonly string[] _labelNames = ["labels", "label", "label_ids"];

    /// <summary>Replaces a column of texts, or two columns of pairs, by the columns that the model reads: <c>input_ids</c>, <c>attention_mask</c> and, for models with segments, <c>token_type_ids</c>.</summary>
    /// <remarks>Rows keep their lengths unless <paramref name="padding"/> says otherwise; the trainer pads each batch to its longest row if it is given the tokenizer (<c>processingClass</c>).</remarks>
    /// <param name="dataset">The data.</param>
    /// <param name="tokenizer">The tokenizer that belongs to the model.</param>
    /// <param name="textColumn">The column of the texts. Default <c>text</c>.</param>
    /// <param name="pairColumn">The column of the second texts of pairs. Null: none.</param>
    /// <param name="labelColumn">The column of the labels, which is renamed to <c>labels</c>. Null: <c>labels</c>, <c>label</c> or <c>label_ids</c> if there is one.</param>
    /// <param name="maxLength">Maximum number of tokens of a row, special tokens included. Default: the tokenizer's limit.</param>
    /// <param name="padding">Default: none.</param>
    /// <param name="truncation">Which text is truncated where a row has too many tokens. Default: the longest; <c>false</c>: none.</param>
    /// <returns>The data set without the text columns; other columns stay.</returns>
    /// <exception cref="DatasetException">A column does not exist or does not hold texts, or the labels are texts.</exception>
    public static Dataset Tokenize(this Dataset dataset, Tokenizer tokenizer, string textColumn = "text", string? pairColumn = null, string? labelColumn = null, int? maxLength = null,
        PaddingStrategy padding = default, TruncationStrategy? truncation = null)
    {
        ArgumentNullException.ThrowIfNull(dataset);
        ArgumentNullException.ThrowIfNull(tokenizer);
        ArgumentException.ThrowIfNullOrEmpty(textColumn);
        string[] texts = pairColumn is null ? [textColumn] : [textColumn, pairColumn];
        foreach (var column in labelColumn is null ? texts : [.. texts, labelColumn])
            if (!dataset.ColumnNames.Contains(column)) throw new DatasetException($"There is no column '{column}'; there are {string.Join(", ", dataset.ColumnNames)}.");
        var labels = labelColumn ?? _labelNames.FirstOrDefault(dataset.ColumnNames.Contains);
        if (labels is not null && dataset.Features[labels] is Value { Dtype: "string" })
            throw new DatasetException($"Column '{labels}' holds text, but labels are numbers. Turn the names into numbers with dataset.ClassEncodeColumn(\"{labels}\") before the data set is split.");
        var cut = truncation ?? ((maxLength ?? tokenizer.ModelMaxLength) is null ? TruncationStrategy.DoNotTruncate : TruncationStrategy.LongestFirst);
        var tokenized = dataset.Map(batch => tokenizer.Encode(batch.Text(textColumn), pairColumn is null ? null : batch.Text(pairColumn), padding: padding, truncation: cut, maxLength: maxLength).ToColumns(),
            batched: true, removeColumns: texts);
        return labels is null or "labels" ? tokenized : tokenized.RenameColumn(labels, "labels");
    }

    /// <summary>Tokenizes every split.</summary>
    /// <inheritdoc cref="Tokenize(Dataset, Tokenizer, string, string, string, int?, PaddingStrategy, TruncationStrategy?)"/>
    public static DatasetDict Tokenize(this DatasetDict dataset, Tokenizer tokenizer, string textColumn = "text", string? pairColumn = null, string? labelColumn = null, int? maxLength = null,
        PaddingStrategy padding = default, TruncationStrategy? truncation = null)
    {
        ArgumentNullException.ThrowIfNull(dataset);
        return new DatasetDict(dataset.Select(split => KeyValuePair.Create(split.Key, split.Value.Tokenize(tokenizer, textColumn, pairColumn, labelColumn, maxLength, padding, truncation))));
    }

    /// <summary>The columns of encoded texts as a data set, for <c>Trainer.Predict</c> for example.</summary>
    /// <param name="batch">The encoded texts; rows may differ in length.</param>
    public static Dataset ToDataset(this BatchEncoding batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        return Dataset.FromDict(batch.ToColumns().ToDictionary(column => column.Key, IEnumerable (column) => column.Value));
    }
}
