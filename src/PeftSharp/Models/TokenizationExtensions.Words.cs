using PeftSharp.Data;
using PeftSharp.Internal;
using PeftSharp.Tokenization;

namespace PeftSharp.Models;

/// <content>Tokenizes datasets for named-entity recognition.</content>
public static partial class TokenizationExtensions
{
    private static readonly string[] _tagNames = ["tags", "ner_tags", .. _labelNames];

    /// <summary>
    /// Replaces a column of words and a column of their tags by the columns that a token classifier reads: <c>input_ids</c>,
    /// <c>attention_mask</c> and <c>labels</c> (a label for each token), and <c>token_type_ids</c> for models with token types.
    /// </summary>
    /// <remarks>
    /// A tokenizer may divide a word into several tokens. By default the first of them gets the tag of the word, and all other tokens and
    /// the special tokens get -100, which the loss ignores. With <see cref="LabelAlignment.AllTokens"/> all tokens of a word get its tag;
    /// if the dataset has the tag <c>I-X</c>, the tag <c>B-X</c> becomes <c>I-X</c> for the tokens after the first. Corresponds to
    /// <c>tokenize_and_align_labels</c> of transformers' examples.
    /// </remarks>
    /// <param name="dataset">The dataset; each row contains the words of a text and a tag for each word.</param>
    /// <param name="tokenizer">
    /// The tokenizer of the model. A tokenizer of GPT-2 or RoBERTa must be loaded with <c>addPrefixSpace: true</c>.
    /// </param>
    /// <param name="wordsColumn">The column with the lists of words. Null: <c>words</c> or <c>tokens</c>.</param>
    /// <param name="labelColumn">
    /// The column with the lists of class ids. Null: <c>tags</c>, <c>ner_tags</c>, <c>labels</c>, <c>label</c> or <c>label_ids</c>, if one
    /// exists; without labels the dataset can be used for predictions.
    /// </param>
    /// <param name="alignment">Which tokens of a word get its tag. Default: the first.</param>
    /// <param name="maxLength">Maximum number of tokens per row, including special tokens. Default: the limit of the tokenizer.</param>
    /// <param name="cacheFolder">
    /// A folder in which the tokens are stored. The files are mapped into memory, so the tokens can be larger than the main memory.
    /// A later call reads the stored tokens if the words and their labels, the tokenizer, the arguments and the version of this
    /// library are the same. Default null: the tokens are kept in memory. See <see cref="MapCache"/>.
    /// </param>
    /// <param name="progress">Receives a report after every 1,000 rows. Null: progress is not reported.</param>
    /// <param name="cancellationToken">Checked before each batch of 1,000 rows.</param>
    /// <returns>
    /// The dataset without the two columns; other columns are kept. The names of the tags (<see cref="ClassLabel"/>) are kept in
    /// <c>labels</c>.
    /// </returns>
    /// <exception cref="DatasetException">
    /// A column does not exist or does not contain lists of words or of class ids, or a row does not have one tag for each word.
    /// </exception>
    /// <exception cref="TokenizerException">
    /// The tokenizer cannot encode separate words, or a word requires an unknown token that is not in the vocabulary.
    /// </exception>
    /// <exception cref="ArgumentException">The length has no room for special tokens.</exception>
    /// <exception cref="NotSupportedException">
    /// <paramref name="cacheFolder"/> is given, but the tokenizer is from <see cref="Tokenizer.FromBackend"/>, whose content is unknown.
    /// </exception>
    /// <exception cref="IOException">The folder cannot be written, or the disk is full.</exception>
    /// <exception cref="OperationCanceledException">The operation was cancelled.</exception>
    public static Dataset TokenizeWords(
        this Dataset dataset, Tokenizer tokenizer, string? wordsColumn = null, string? labelColumn = null,
        LabelAlignment alignment = LabelAlignment.FirstToken, int? maxLength = null, string? cacheFolder = null,
        IProgress<MapProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(dataset);
        ArgumentNullException.ThrowIfNull(tokenizer);
        var words = WordsColumn(dataset, wordsColumn);
        var labels = labelColumn ?? _tagNames.FirstOrDefault(name => ColumnNames.TryFind(dataset, name) is not null);
        if (labels is not null) labels = TagsColumn(dataset, labels, words);
        var cut = DefaultTruncation(tokenizer, maxLength);
        string[] read = labels is null ? [words] : [words, labels];
        var cache = TokenizerCache.Of(cacheFolder, tokenizer, nameof(TokenizeWords), read,
            ("max_length", maxLength), ("truncation", cut), ("alignment", alignment));
        var tokenized = Encode(dataset, read, batch =>
        {
            var encoding = tokenizer.EncodeWords(
                batch[words].ToArray<string[]>(), truncation: cut, maxLength: maxLength, cancellationToken: cancellationToken);
            var columns = new Dictionary<string, Array>(encoding.ToColumns());
            if (labels is not null) columns[Labels] = TokenLabels(encoding, batch[labels], alignment);
            return columns;
        }, cache, progress, cancellationToken);
        return labels is not null && dataset.Features[labels] is Sequence { Element: ClassLabel } tags
            ? tokenized.WithFeature(Labels, tags)                     // keeps the names of the tags
            : tokenized;
    }

    /// <summary>Tokenizes every split.</summary>
    /// <inheritdoc cref="TokenizeWords(Dataset, Tokenizer, string, string, LabelAlignment, int?, string,
    /// IProgress{MapProgress}, CancellationToken)"/>
    public static DatasetDict TokenizeWords(
        this DatasetDict dataset, Tokenizer tokenizer, string? wordsColumn = null, string? labelColumn = null,
        LabelAlignment alignment = LabelAlignment.FirstToken, int? maxLength = null, string? cacheFolder = null,
        IProgress<MapProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(dataset);
        return new DatasetDict(dataset.Select(split => KeyValuePair.Create(split.Key, split.Value.TokenizeWords(
            tokenizer, wordsColumn, labelColumn, alignment, maxLength, cacheFolder, progress, cancellationToken))));
    }

    private static string WordsColumn(Dataset dataset, string? name)
    {
        name ??= ColumnNames.TryFind(dataset, "words") is null && ColumnNames.TryFind(dataset, "tokens") is not null ? "tokens" : "words";
        var column = Find(dataset, name, $"{nameof(TokenizeWords)}(tokenizer, ",
            feature => feature is Sequence { Element: Value { Dtype: "string" } });
        return column.Feature is Sequence { Element: Value { Dtype: "string" } } ? column.Name : throw new DatasetException(
            $"Column '{column.Name}' has type {column.Feature}, but words must be lists of strings (string[]). "
            + "Split the texts into words, or tokenize whole texts with dataset.Tokenize.");
    }

    private static string TagsColumn(Dataset dataset, string name, string words)
    {
        var column = dataset[ColumnNames.Find(dataset, name)];
        if (column.Feature is Sequence { Element: Value { Dtype: "string" } })
            throw new DatasetException($"Column '{column.Name}' contains text, but labels must be numbers. "
                + $"Convert tags with dataset.ClassEncodeColumn(\"{column.Name}\") before the dataset is split, or, if the column is not "
                + $"the label, remove it: RemoveColumns(\"{column.Name}\").");
        if (column.Feature is not Sequence { Element: ClassLabel or Value { Dtype: "int64" or "int32" } })
            throw new DatasetException($"Column '{column.Name}' has type {column.Feature}, but it must contain lists of class ids, "
                + "one for each word.");
        for (var row = 0; row < column.Count; row++)
            if (column.GetLength(row) != dataset[words].GetLength(row))
                throw new DatasetException($"Row {row} has {Quantity.Of(dataset[words].GetLength(row), "word")} in column '{words}', but "
                    + $"{Quantity.Of(column.GetLength(row), "label")} in column '{column.Name}'. Each word needs one label.");
        return column.Name;
    }

    private static long[][] TokenLabels(BatchEncoding encoding, Column tags, LabelAlignment alignment)
    {
        var ids = ClassIds(tags);
        var labels = encoding.AlignLabels(ids, alignment);
        if (alignment == LabelAlignment.FirstToken || tags.Feature is not Sequence { Element: ClassLabel { Names: var names } })
            return labels;
        // A word is one entity or a part of one: the tokens after its first one do not begin another entity (run_ner.py,
        // label_all_tokens).
        var numbers = names.Select((name, id) => (name, id)).ToDictionary(pair => pair.name, pair => pair.id);
        var inside = names.Select((name, id) =>
            name.StartsWith("B-", StringComparison.Ordinal) ? numbers.GetValueOrDefault($"I-{name[2..]}", id) : id).ToArray();
        var first = encoding.AlignLabels(ids);
        return [.. labels.Select((row, i) => row.Select((label, token) =>
            label >= 0 && first[i][token] < 0 ? inside[label] : label).ToArray())];
    }

    private static long[][] ClassIds(Column column) => [.. Enumerable.Range(0, column.Count).Select(row =>
    {
        var ids = new long[column.GetLength(row)];
        column.CopyTo(row, ids);
        return ids;
    })];
}
