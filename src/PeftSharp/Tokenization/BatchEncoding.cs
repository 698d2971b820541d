using System.Numerics;

namespace PeftSharp.Tokenization;

/// <summary>The encodings of many texts, as rows and as the columns that a model or a data set takes; transformers' class of the same name.</summary>
/// <remarks>
/// <para>Columns are arrays of rows, made when first asked for and not copied.</para>
/// <para>Thread safety: instances are immutable and can be used from several threads at once.</para>
/// </remarks>
public sealed class BatchEncoding
{
    private readonly IReadOnlyList<string> _columns;
    private int[][]? _inputIds, _tokenTypeIds, _attentionMask, _specialTokensMask;

    internal BatchEncoding(IReadOnlyList<TextEncoding> texts, IReadOnlyList<string> modelInputNames, bool overflow, bool specialTokensMask, bool offsetsMapping)
    {
        if (overflow)
        {
            Encodings = [.. texts.SelectMany(encoding => encoding.Overflowing.Prepend(encoding))];
            OverflowToSampleMapping = [.. texts.SelectMany((encoding, i) => Enumerable.Repeat(i, 1 + encoding.Overflowing.Count))];
        }
        else
        {
            Encodings = texts;
        }
        var columns = new List<string> { "input_ids" };
        columns.AddRange(modelInputNames.Where(name => name is "token_type_ids" or "attention_mask"));
        if (specialTokensMask)
            columns.Add("special_tokens_mask");
        if (offsetsMapping)
            columns.Add("offset_mapping");
        if (overflow)
            columns.Add("overflow_to_sample_mapping");
        _columns = columns;
    }

    /// <summary>The rows with all that is known of them.</summary>
    public IReadOnlyList<TextEncoding> Encodings { get; }

    /// <summary>How many rows.</summary>
    public int Count => Encodings.Count;

    /// <summary>Tokens, <c>input_ids</c>: one array a row.</summary>
    public int[][] InputIds => _inputIds ??= [.. Encodings.Select(encoding => encoding.Ids)];

    /// <summary>Segments, <c>token_type_ids</c>.</summary>
    public int[][] TokenTypeIds => _tokenTypeIds ??= [.. Encodings.Select(encoding => encoding.TypeIds)];

    /// <summary>1 for tokens, 0 for padding: <c>attention_mask</c>.</summary>
    public int[][] AttentionMask => _attentionMask ??= [.. Encodings.Select(encoding => encoding.AttentionMask)];

    /// <summary>1 for special tokens and padding: <c>special_tokens_mask</c>.</summary>
    public int[][] SpecialTokensMask => _specialTokensMask ??= [.. Encodings.Select(encoding => encoding.SpecialTokensMask)];

    /// <summary>Where tokens came from, in UTF-16 units: <c>offset_mapping</c>.</summary>
    public TokenOffset[][] OffsetMapping => [.. Encodings.Select(encoding => encoding.Offsets)];

    /// <summary>The number of the text that each row is of; null unless overflowing tokens were asked for.</summary>
    public int[]? OverflowToSampleMapping { get; }

    /// <summary>The names of <see cref="ToColumns"/>: what the model takes and what was asked for.</summary>
    public IReadOnlyList<string> Keys => _columns;

    /// <summary>The tokens of a row.</summary>
    public IReadOnlyList<string> Tokens(int row = 0) => Encodings[row].Tokens;

    /// <summary>The number of the word of each token of a row; null for special tokens and padding.</summary>
    public IReadOnlyList<int?> WordIds(int row = 0) => Encodings[row].WordIds;

    /// <summary>A label for each token of each row, from the labels of the words that were given to <see cref="Tokenizer.EncodeWords(IReadOnlyList{IReadOnlyList{string}}, IReadOnlyList{IReadOnlyList{string}}, bool, PaddingStrategy, TruncationStrategy, int?, int, int?, PaddingSide?, bool, CancellationToken)"/>: the column <c>labels</c> of token classification.</summary>
    /// <param name="labels">The labels of each text, one for each of its words.</param>
    /// <param name="alignment">Which tokens of a word get its label; default the first.</param>
    /// <param name="ignored">The label of all other tokens: special tokens, padding and the second text of a pair. Default -100, which losses and metrics leave out.</param>
    /// <typeparam name="T">The type of the labels, such as <see cref="int"/> or <see cref="long"/>.</typeparam>
    /// <returns>One array a row, as long as its <see cref="InputIds"/>.</returns>
    /// <exception cref="ArgumentException">A text does not have as many labels as words, or there are not as many texts.</exception>
    /// <exception cref="InvalidOperationException">The batch was made of texts, not of words.</exception>
    public T[][] AlignLabels<T>(IReadOnlyList<IReadOnlyList<T>> labels, LabelAlignment alignment = LabelAlignment.FirstToken, int ignored = -100) where T : IBinaryInteger<T>
    {
        ArgumentNullException.ThrowIfNull(labels);
        var texts = OverflowToSampleMapping is { } mapping ? mapping.DefaultIfEmpty(-1).Max() + 1 : Count;
        if (labels.Count != texts) throw new ArgumentException($"There are {texts} texts but {labels.Count} rows of labels; give each text its labels.", nameof(labels));
        return [.. Encodings.Select((encoding, row) => encoding.AlignLabels(labels[OverflowToSampleMapping?[row] ?? row], alignment, ignored))];
    }

    /// <summary>Which text of a pair each token of a row is of; null for special tokens and padding.</summary>
    public IReadOnlyList<int?> SequenceIds(int row = 0) => Encodings[row].SequenceIds;

    /// <summary>
    /// The columns by Python's names: <c>int[][]</c>, for <c>offset_mapping</c> <c>TokenOffset[][]</c>, for <c>overflow_to_sample_mapping</c> <c>int[]</c>. Each is an array with one element a
    /// row, so it can be a data set's column as it is.
    /// </summary>
    public IReadOnlyDictionary<string, Array> ToColumns() => _columns.ToDictionary(name => name, Array (name) => name switch
    {
        "input_ids" => InputIds,
        "token_type_ids" => TokenTypeIds,
        "attention_mask" => AttentionMask,
        "special_tokens_mask" => SpecialTokensMask,
        "offset_mapping" => OffsetMapping,
        _ => OverflowToSampleMapping!,
    });

    /// <summary>A column of numbers by Python's name.</summary>
    /// <exception cref="KeyNotFoundException">It was not asked for, or is no column of integer rows.</exception>
    public int[][] this[string name] => _columns.Contains(name) && ToColumns()[name] is int[][] column
        ? column
        : throw new KeyNotFoundException($"There is no column '{name}' of integer rows; there are: {string.Join(", ", _columns)}.");
}
