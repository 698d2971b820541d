using System.Collections;
using System.Runtime.ExceptionServices;
using PeftSharp.Data;
using PeftSharp.Tokenization;

namespace PeftSharp.Models;

/// <summary>Tokenizes datasets: <c>dataset.Tokenize(tokenizer, "text", maxLength: 128)</c>.</summary>
public static partial class TokenizationExtensions
{
    private const string Labels = "labels";
    private static readonly string[] _labelNames = [Labels, "label", "label_ids"];

    /// <summary>
    /// Replaces a column of texts, or two columns of text pairs, by the columns that the model reads: <c>input_ids</c>,
    /// <c>attention_mask</c> and, for models with token types, <c>token_type_ids</c>.
    /// </summary>
    /// <remarks>
    /// Rows are not padded unless <paramref name="padding"/> is set; the trainer pads each batch to its longest row if it has the
    /// tokenizer. Names of columns are compared without case and underscores if no column has exactly the given name.
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
    /// <param name="truncation">
    /// Which text is truncated if a row has too many tokens. Default: the longest text; <c>false</c>: no text.
    /// </param>
    /// <param name="cacheFolder">
    /// A folder in which the tokens are stored. The files are mapped into memory, so the tokens can be larger than the main memory.
    /// A later call reads the stored tokens if the texts, the tokenizer, the arguments and the version of this library are the
    /// same. Default null: the tokens are kept in memory. See <see cref="MapCache"/>.
    /// </param>
    /// <param name="progress">Receives a report after every 1,000 rows. Null: progress is not reported.</param>
    /// <param name="cancellationToken">Checked before each batch of 1,000 rows.</param>
    /// <returns>The dataset without the text columns; other columns are kept.</returns>
    /// <exception cref="DatasetException">
    /// A column does not exist or does not contain text, a text is missing, or the labels are text.
    /// </exception>
    /// <exception cref="TokenizerException">
    /// The text to truncate is absent or too short, or a text requires an unknown token that is not in the vocabulary.
    /// </exception>
    /// <exception cref="ArgumentException">Arguments contradict each other, or the length has no room for special tokens.</exception>
    /// <exception cref="NotSupportedException">
    /// <paramref name="cacheFolder"/> is given, but the tokenizer is from <see cref="Tokenizer.FromBackend"/>, whose content is unknown.
    /// </exception>
    /// <exception cref="IOException">The folder cannot be written, or the disk is full.</exception>
    /// <exception cref="OperationCanceledException">The operation was cancelled.</exception>
    public static Dataset Tokenize(
        this Dataset dataset, Tokenizer tokenizer, string textColumn = "text", string? pairColumn = null, string? labelColumn = null,
        int? maxLength = null, PaddingStrategy padding = default, TruncationStrategy? truncation = null, string? cacheFolder = null,
        IProgress<MapProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(dataset);
        ArgumentNullException.ThrowIfNull(tokenizer);
        ArgumentException.ThrowIfNullOrEmpty(textColumn);
        var text = TextColumn(dataset, textColumn, $"{nameof(Tokenize)}(tokenizer, ", pairColumn, labelColumn);
        var pair = pairColumn is null ? null
            : TextColumn(dataset, pairColumn, $"{nameof(Tokenize)}(tokenizer, pairColumn: ", text, labelColumn);
        var labels = LabelsOf(dataset, labelColumn);
        var cut = truncation ?? DefaultTruncation(tokenizer, maxLength);
        string[] read = pair is null ? [text] : [text, pair];
        var cache = TokenizerCache.Of(cacheFolder, tokenizer, nameof(Tokenize), read,
            ("max_length", maxLength), ("padding", padding), ("truncation", cut));
        var tokenized = Encode(dataset, read, batch => tokenizer.Encode(
            batch.GetStrings(text), pair is null ? null : batch.GetStrings(pair), padding: padding, truncation: cut, maxLength: maxLength,
            cancellationToken: cancellationToken).ToColumns(), cache, progress, cancellationToken);
        return labels is null or Labels ? tokenized : tokenized.RenameColumn(labels, Labels);
    }

    /// <summary>Tokenizes every split.</summary>
    /// <inheritdoc cref="Tokenize(Dataset, Tokenizer, string, string, string, int?, PaddingStrategy, TruncationStrategy?, string,
    /// IProgress{MapProgress}, CancellationToken)"/>
    public static DatasetDict Tokenize(
        this DatasetDict dataset, Tokenizer tokenizer, string textColumn = "text", string? pairColumn = null, string? labelColumn = null,
        int? maxLength = null, PaddingStrategy padding = default, TruncationStrategy? truncation = null, string? cacheFolder = null,
        IProgress<MapProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(dataset);
        return new DatasetDict(dataset.Select(split => KeyValuePair.Create(split.Key, split.Value.Tokenize(
            tokenizer, textColumn, pairColumn, labelColumn, maxLength, padding, truncation, cacheFolder, progress, cancellationToken))));
    }

    /// <summary>Tokenizes the rows of a stream while they are enumerated, in batches.</summary>
    /// <inheritdoc cref="Tokenize(Dataset, Tokenizer, string, string, string, int?, PaddingStrategy, TruncationStrategy?, string,
    /// IProgress{MapProgress}, CancellationToken)" path="/remarks"/>
    /// <param name="dataset">The stream.</param>
    /// <param name="tokenizer">The tokenizer of the model.</param>
    /// <param name="textColumn">The column with the texts. Default <c>text</c>.</param>
    /// <param name="pairColumn">The column with the second texts of pairs. Null: none.</param>
    /// <param name="labelColumn">
    /// The column with the labels, which is renamed to <c>labels</c>. Null: <c>labels</c>, <c>label</c> or <c>label_ids</c>, if one
    /// exists.
    /// </param>
    /// <param name="maxLength">Maximum number of tokens per row, including special tokens. Default: the limit of the tokenizer.</param>
    /// <param name="padding">
    /// The padding strategy. Default: no padding. <c>Longest</c> pads to the longest row of a batch of <paramref name="batchSize"/> rows.
    /// </param>
    /// <param name="truncation">
    /// Which text is truncated if a row has too many tokens. Default: the longest text; <c>false</c>: no text.
    /// </param>
    /// <param name="batchSize">The number of rows that are read and tokenized together. Default 100.</param>
    /// <returns>
    /// The stream without the text columns; other columns are kept. Enumerating it throws a <see cref="DatasetException"/> if a column does
    /// not exist or does not contain text, a text is missing, or the labels are text. It throws an <see cref="ArgumentException"/> if
    /// arguments contradict each other or the length has no room for special tokens, and a <see cref="TokenizerException"/> if the text to
    /// truncate is absent or too short or a text requires an unknown token that is not in the vocabulary.
    /// </returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="batchSize"/> is less than 1.</exception>
    public static IterableDataset Tokenize(
        this IterableDataset dataset, Tokenizer tokenizer, string textColumn = "text", string? pairColumn = null,
        string? labelColumn = null, int? maxLength = null, PaddingStrategy padding = default, TruncationStrategy? truncation = null,
        int batchSize = 100)
    {
        ArgumentNullException.ThrowIfNull(dataset);
        ArgumentNullException.ThrowIfNull(tokenizer);
        ArgumentException.ThrowIfNullOrEmpty(textColumn);
        ArgumentOutOfRangeException.ThrowIfLessThan(batchSize, 1);
        return dataset.MapBlocks("tokenize", batchSize,
            rows => rows.Tokenize(tokenizer, textColumn, pairColumn, labelColumn, maxLength, padding, truncation));
    }

    /// <summary>Tokenizes every split.</summary>
    /// <inheritdoc cref="Tokenize(IterableDataset, Tokenizer, string, string, string, int?, PaddingStrategy, TruncationStrategy?, int)"/>
    public static IterableDatasetDict Tokenize(
        this IterableDatasetDict dataset, Tokenizer tokenizer, string textColumn = "text", string? pairColumn = null,
        string? labelColumn = null, int? maxLength = null, PaddingStrategy padding = default, TruncationStrategy? truncation = null,
        int batchSize = 100)
    {
        ArgumentNullException.ThrowIfNull(dataset);
        return new IterableDatasetDict(dataset.Select(split => KeyValuePair.Create(split.Key, split.Value.Tokenize(
            tokenizer, textColumn, pairColumn, labelColumn, maxLength, padding, truncation, batchSize))));
    }

    /// <summary>Converts encoded texts to a dataset, for example for <c>Trainer.Predict</c>.</summary>
    /// <param name="batch">The encoded texts; rows may differ in length.</param>
    public static Dataset ToDataset(this BatchEncoding batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        return Dataset.FromDict(batch.ToColumns().ToDictionary(column => column.Key, IEnumerable (column) => column.Value));
    }

    /// <summary>
    /// Replaces columns. <c>Map</c> wraps an exception of its function in one that names the rows. Here the wrapped exception is thrown
    /// instead, because the function is not the caller's.
    /// </summary>
    private static Dataset Encode(
        Dataset dataset, IEnumerable<string> removeColumns, Func<Batch, IReadOnlyDictionary<string, Array>> encode,
        MapCache? cache, IProgress<MapProgress>? progress, CancellationToken cancellationToken)
    {
        try
        {
            return dataset.Map(encode, batched: true, removeColumns: removeColumns, cache: cache, progress: progress,
                cancellationToken: cancellationToken);
        }
        catch (DatasetException error) when (error.InnerException is PeftSharpException or ArgumentException)
        {
            ExceptionDispatchInfo.Throw(error.InnerException);
            throw;
        }
    }

    /// <summary>The column with texts, none of which may be missing.</summary>
    /// <param name="dataset">The dataset.</param>
    /// <param name="name">The name of the column.</param>
    /// <param name="call">The call up to the name of the column, for messages.</param>
    /// <param name="others">The other columns of the call, which a message does not suggest. A null is ignored.</param>
    private static string TextColumn(Dataset dataset, string name, string call, params IReadOnlyList<string?> others)
    {
        var column = Find(dataset, name, call, feature => feature is Value { Dtype: "string" }, others);
        if (column.Feature is Sequence { Element: Value { Dtype: "string" } })
            throw new DatasetException($"Column '{column.Name}' has type {column.Feature}: its texts are already split into words. "
                + "Tokenize words and their tags with dataset.TokenizeWords.");
        if (column.Feature is not Value { Dtype: "string" })
            throw new DatasetException($"Column '{column.Name}' has type {column.Feature}, but texts must be strings. "
                + $"Pass the name of the column with the texts, or convert '{column.Name}' with "
                + $"dataset.CastColumn(\"{column.Name}\", new Value(\"string\")).");
        for (var row = 0; row < column.Count && column.HasNulls; row++)
            if (column.IsNull(row)) _ = column.GetString(row);       // throws, with the row and the remedy
        return column.Name;
    }

    /// <summary>Returns the column with a name; if there is none, the message shows the call with a column that has the type.</summary>
    private static Column Find(
        Dataset dataset, string name, string call, Func<Feature, bool> isSuitable, params IReadOnlyList<string?> others)
    {
        try
        {
            return dataset[ColumnNames.Find(dataset, name)];
        }
        catch (DatasetException error) when (dataset.ColumnNames.FirstOrDefault(
                column => isSuitable(dataset.Features[column]) && !IsOneOf(column, others)) is { } other
            && !error.Message.Contains(nameof(DatasetLoadOptions.Delimiter), StringComparison.Ordinal))
        {
            throw new DatasetException($"{error.Message} Pass the name of the column: {call}\"{other}\").", error);
        }
    }

    private static bool IsOneOf(string column, IReadOnlyList<string?> names) =>
        names.Any(name => name is not null && ColumnNames.Normalize(name) == ColumnNames.Normalize(column));

    /// <summary>The column with the labels, or null if there is none.</summary>
    private static string? LabelsOf(Dataset dataset, string? labelColumn)
    {
        var name = labelColumn is not null ? ColumnNames.Find(dataset, labelColumn)
            : _labelNames.Select(usual => ColumnNames.TryFind(dataset, usual)).FirstOrDefault(found => found is not null);
        if (name is not null && dataset.Features[name] is Value { Dtype: "string" } or Sequence { Element: Value { Dtype: "string" } })
            throw new DatasetException($"Column '{name}' contains text, but labels must be numbers. "
                + $"Convert class names with dataset.ClassEncodeColumn(\"{name}\") before the dataset is split, or, if the column is not "
                + $"the label, remove it: RemoveColumns(\"{name}\").");
        return name;
    }

    private static TruncationStrategy DefaultTruncation(Tokenizer tokenizer, int? maxLength) =>
        (maxLength ?? tokenizer.ModelMaxLength) is null ? TruncationStrategy.DoNotTruncate : TruncationStrategy.LongestFirst;
}
