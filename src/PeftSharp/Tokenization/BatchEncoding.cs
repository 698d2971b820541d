using System.Numerics;
using PeftSharp.Internal;

namespace PeftSharp.Tokenization;

/// <summary>
/// The encodings of several texts, as rows and as columns for a model or a dataset. Corresponds to <c>BatchEncoding</c> in transformers.
/// </summary>
/// <remarks>
/// <para>
/// Each column is an array with one element per row. The arrays are not copied when they are returned, so do not change them.
/// </para>
/// <para>Thread safety: instances are immutable and can be used from several threads at once.</para>
/// </remarks>
public sealed class BatchEncoding
{
    private readonly IReadOnlyList<string> _columns;
    private int[][]? _inputIds, _tokenTypeIds, _attentionMask, _specialTokensMask;

    internal BatchEncoding(
        IReadOnlyList<TextEncoding> texts, IReadOnlyList<string> modelInputNames, bool overflow, bool specialTokensMask,
        bool offsetsMapping)
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

    private BatchEncoding(IReadOnlyList<TextEncoding> encodings, IReadOnlyList<string> columns) =>
        (Encodings, _columns) = (encodings, columns);

    /// <summary>The rows, each with its tokens, offsets and masks.</summary>
    public IReadOnlyList<TextEncoding> Encodings { get; }

    /// <summary>Number of rows.</summary>
    public int Count => Encodings.Count;

    /// <summary>Token ids, one array per row: <c>input_ids</c>.</summary>
    public int[][] InputIds => _inputIds ??= [.. Encodings.Select(encoding => encoding.Ids)];

    /// <summary>
    /// Token types, one array per row: <c>token_type_ids</c>. The type is 0 for the first text of a pair, and 1 for the second text. Some
    /// tokenizers, such as RoBERTa's, have the type 0 for both texts.
    /// </summary>
    public int[][] TokenTypeIds => _tokenTypeIds ??= [.. Encodings.Select(encoding => encoding.TypeIds)];

    /// <summary>1 for tokens, 0 for padding: <c>attention_mask</c>.</summary>
    public int[][] AttentionMask => _attentionMask ??= [.. Encodings.Select(encoding => encoding.AttentionMask)];

    /// <summary>
    /// 1 for tokens that the tokenizer added (special tokens and padding), 0 for tokens of the text: <c>special_tokens_mask</c>.
    /// </summary>
    public int[][] SpecialTokensMask => _specialTokensMask ??= [.. Encodings.Select(encoding => encoding.SpecialTokensMask)];

    /// <summary>1 for the tokens of the assistant's messages, 0 for others: <c>assistant_masks</c>.</summary>
    /// <exception cref="InvalidOperationException">The masks were not requested from <c>ApplyChatTemplate</c>.</exception>
    public int[][] AssistantMasks => [.. Encodings.Select(encoding => encoding.AssistantMask ?? throw new InvalidOperationException(
        "There is no mask of the assistant's tokens. Call tokenizer.ApplyChatTemplate with returnAssistantTokensMask: true."))];

    /// <summary>
    /// The range of the text that each token covers, in UTF-16 code units: <c>offset_mapping</c>. After <c>EncodeWords</c>, a range is
    /// relative to the start of the token's word.
    /// </summary>
    public TokenOffset[][] OffsetMapping => [.. Encodings.Select(encoding => encoding.Offsets)];

    /// <summary>For each row, the index of its text; null unless overflowing tokens were requested.</summary>
    public int[]? OverflowToSampleMapping { get; }

    /// <summary>
    /// The names of the columns in <see cref="ToColumns"/>: <c>input_ids</c>; <c>token_type_ids</c> and <c>attention_mask</c>, if the model
    /// expects them; and the columns that were requested when the texts were encoded.
    /// </summary>
    public IReadOnlyList<string> Keys => _columns;

    /// <summary>The tokens of a row.</summary>
    public IReadOnlyList<string> Tokens(int row = 0) => Encodings[row].Tokens;

    /// <summary>
    /// For each token of a row, the index of its word in the text; null for special tokens that the tokenizer added, and for padding.
    /// </summary>
    public IReadOnlyList<int?> WordIds(int row = 0) => Encodings[row].WordIds;

    /// <summary>
    /// Returns a label for each token of each row, from the labels of the words passed to <c>EncodeWords</c>. The result is the column
    /// <c>labels</c> for token classification.
    /// </summary>
    /// <param name="labels">The labels of each text, one for each word.</param>
    /// <param name="alignment">Which tokens of a word get its label. Default: the first.</param>
    /// <param name="ignored">
    /// The label of all other tokens: special tokens, padding, the second text of a pair and, with <see cref="LabelAlignment.FirstToken"/>,
    /// the further tokens of a word. Default -100, which losses and metrics ignore.
    /// </param>
    /// <typeparam name="T">The type of the labels, such as <see cref="int"/> or <see cref="long"/>.</typeparam>
    /// <returns>The labels, one array per row, with one label per token.</returns>
    /// <exception cref="ArgumentException">The number of texts or the number of labels of a text is wrong.</exception>
    /// <exception cref="InvalidOperationException">The texts were not encoded with <c>EncodeWords</c>.</exception>
    /// <exception cref="OverflowException"><typeparamref name="T"/> cannot store <paramref name="ignored"/>.</exception>
    public T[][] AlignLabels<T>(
        IReadOnlyList<IReadOnlyList<T>> labels, LabelAlignment alignment = LabelAlignment.FirstToken, int ignored = -100)
        where T : IBinaryInteger<T>
    {
        ArgumentNullException.ThrowIfNull(labels);
        var texts = OverflowToSampleMapping is { } mapping ? mapping.DefaultIfEmpty(-1).Max() + 1 : Count;
        if (labels.Count != texts)
            throw new ArgumentException(
                $"The batch has {Quantity.Of(texts, "text")}, but labels are given for {labels.Count}. Pass the labels of each "
                + "text.", nameof(labels));
        return [.. Encodings.Select((encoding, row) =>
            encoding.AlignLabels(labels[OverflowToSampleMapping?[row] ?? row], alignment, ignored))];
    }

    /// <summary>
    /// For each token of a row, the text that it belongs to: 0 for the first text, 1 for the second text of a pair; null for special tokens
    /// that the tokenizer added, and for padding.
    /// </summary>
    public IReadOnlyList<int?> SequenceIds(int row = 0) => Encodings[row].SequenceIds;

    /// <summary>
    /// The columns by their names in transformers: <c>int[][]</c>, except <c>offset_mapping</c> (<c>TokenOffset[][]</c>) and
    /// <c>overflow_to_sample_mapping</c> (<c>int[]</c>). Each array has one element per row, like a column of a dataset.
    /// </summary>
    public IReadOnlyDictionary<string, Array> ToColumns() => _columns.ToDictionary(name => name, Array (name) => name switch
    {
        "input_ids" => InputIds,
        "token_type_ids" => TokenTypeIds,
        "attention_mask" => AttentionMask,
        "special_tokens_mask" => SpecialTokensMask,
        "assistant_masks" => AssistantMasks,
        "offset_mapping" => OffsetMapping,
        _ => OverflowToSampleMapping!,
    });

    /// <summary>Returns the encodings with a column of masks, from the ranges of each text.</summary>
    internal BatchEncoding WithAssistantMasks(IReadOnlyList<(int Start, int End)>[] ranges) =>
        new([.. Encodings.Select((encoding, row) => encoding.WithAssistantMask(ranges[row]))], [.. _columns, "assistant_masks"]);

    /// <summary>A column of integer arrays, by its name in transformers, such as <c>input_ids</c>.</summary>
    /// <exception cref="KeyNotFoundException">The column was not requested, or its rows are not arrays of integers.</exception>
    public int[][] this[string name] => _columns.Contains(name) && ToColumns()[name] is int[][] column
        ? column
        : throw new KeyNotFoundException($"There is no column '{name}' of integer arrays. Columns: {NameList.Of(_columns)}.");
}
