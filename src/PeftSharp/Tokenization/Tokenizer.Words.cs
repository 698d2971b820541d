using PeftSharp.Internal;

namespace PeftSharp.Tokenization;

public sealed partial class Tokenizer
{
    /// <summary>
    /// Encodes a text, or a pair of texts, that is already split into words, for example for named-entity recognition. Corresponds to
    /// <c>is_split_into_words</c> in Python.
    /// </summary>
    /// <remarks>
    /// Each word is normalized and tokenized separately. <see cref="TextEncoding.WordIds"/> are the indices of the given words;
    /// <see cref="TextEncoding.Offsets"/> are relative to the word of the token.
    /// </remarks>
    /// <param name="words">
    /// The words, without the white space between them. If the tokenizer joins words without a space between them, pass each word with the
    /// space before it.
    /// </param>
    /// <param name="wordPairs">The words of the second text of a pair. Default null: a single text.</param>
    /// <param name="addSpecialTokens">Whether to add the special tokens of the model. Default true.</param>
    /// <param name="padding">
    /// Whether to pad to <paramref name="maxLength"/> (<see cref="PaddingStrategy.MaxLength"/>). With <c>true</c>, the text itself is the
    /// longest row, so only <paramref name="padToMultipleOf"/> can add padding. Default: no padding.
    /// </param>
    /// <param name="truncation">
    /// Which text is truncated if there are too many tokens. Default: <see cref="TruncationStrategy.LongestFirst"/> if
    /// <paramref name="maxLength"/> is given without padding, otherwise no truncation.
    /// </param>
    /// <param name="maxLength">
    /// The number of tokens to truncate or pad to, including special tokens. Default <see cref="ModelMaxLength"/>.
    /// </param>
    /// <param name="stride">Number of tokens that an overflowing part shares with the previous part. Default 0.</param>
    /// <param name="padToMultipleOf">Rounds the padded length up to a multiple of this value. Default null: no rounding.</param>
    /// <param name="paddingSide">The side on which to pad. Default <see cref="PaddingSide"/>.</param>
    /// <param name="returnOverflowingTokens">
    /// Whether to return the truncated tokens in <see cref="TextEncoding.Overflowing"/>. Default false.
    /// </param>
    /// <exception cref="ArgumentException">
    /// A word is null, padding is requested but the tokenizer has no padding token, options are out of range or contradict each other, or
    /// <paramref name="maxLength"/> has no room for the special tokens.
    /// </exception>
    /// <exception cref="TokenizerException">
    /// No word starts with a space, although the tokenizer joins words without a space between them. The tokenizers of Llama 3 and Qwen do
    /// so, and the tokenizers of GPT-2 and RoBERTa without <c>addPrefixSpace</c>. The exception is also thrown if the text to truncate is
    /// absent or too short, or if a text requires an unknown token that is not in the vocabulary.
    /// </exception>
    public TextEncoding EncodeWords(
        IReadOnlyList<string> words, IReadOnlyList<string>? wordPairs = null, bool addSpecialTokens = true,
        PaddingStrategy padding = default, TruncationStrategy truncation = default, int? maxLength = null, int stride = 0,
        int? padToMultipleOf = null, PaddingSide? paddingSide = null, bool returnOverflowingTokens = false)
    {
        ArgumentNullException.ThrowIfNull(words);
        RequireWords([words], wordPairs is null ? null : [wordPairs]);
        var (padded, plan) = Plan(padding, truncation, maxLength, stride, padToMultipleOf);
        return PadOne(EncodeRow(words, wordPairs, addSpecialTokens, plan, returnOverflowingTokens), padded, padToMultipleOf, paddingSide);
    }

    /// <summary>
    /// Encodes several texts or pairs that are already split into words, in parallel; rows are in the order of the texts. Use
    /// <see cref="BatchEncoding.AlignLabels"/> to convert labels of words to labels of tokens.
    /// </summary>
    /// <inheritdoc cref="EncodeWords(IReadOnlyList{string}, IReadOnlyList{string}, bool, PaddingStrategy, TruncationStrategy, int?, int,
    /// int?, PaddingSide?, bool)" path="//remarks"/>
    /// <param name="words">
    /// The words of each text, without the white space between them. If the tokenizer joins words without a space between them, pass each
    /// word with the space before it.
    /// </param>
    /// <param name="wordPairs">
    /// The words of the second text of each pair; as many texts as in <paramref name="words"/>. Default null: single texts.
    /// </param>
    /// <param name="addSpecialTokens">Whether to add the special tokens of the model. Default true.</param>
    /// <param name="padding">
    /// Whether to pad to the longest row (<c>true</c>) or to <paramref name="maxLength"/> (<see cref="PaddingStrategy.MaxLength"/>).
    /// Default: no padding.
    /// </param>
    /// <param name="truncation">
    /// Which text is truncated if there are too many tokens. Default: <see cref="TruncationStrategy.LongestFirst"/> if
    /// <paramref name="maxLength"/> is given without padding, otherwise no truncation.
    /// </param>
    /// <param name="maxLength">
    /// The number of tokens to truncate or pad to, including special tokens. Default <see cref="ModelMaxLength"/>.
    /// </param>
    /// <param name="stride">Number of tokens that an overflowing part shares with the previous part. Default 0.</param>
    /// <param name="padToMultipleOf">Rounds the padded length up to a multiple of this value. Default null: no rounding.</param>
    /// <param name="paddingSide">The side on which to pad. Default <see cref="PaddingSide"/>.</param>
    /// <param name="returnOverflowingTokens">
    /// Whether to return the truncated tokens as further rows; <see cref="BatchEncoding.OverflowToSampleMapping"/> is then the index of the
    /// text of each row. Default false.
    /// </param>
    /// <param name="cancellationToken">Checked while texts are encoded.</param>
    /// <exception cref="OperationCanceledException">The operation was cancelled.</exception>
    /// <exception cref="ArgumentException">
    /// A text or a word is null, <paramref name="wordPairs"/> has another number of texts than <paramref name="words"/>, padding is
    /// requested but the tokenizer has no padding token, options are out of range or contradict each other, or
    /// <paramref name="maxLength"/> has no room for the special tokens.
    /// </exception>
    /// <exception cref="TokenizerException">
    /// No word starts with a space, although the tokenizer joins words without a space between them. The tokenizers of Llama 3 and Qwen do
    /// so, and the tokenizers of GPT-2 and RoBERTa without <c>addPrefixSpace</c>. The exception is also thrown if the text to truncate is
    /// absent or too short, or if a text requires an unknown token that is not in the vocabulary.
    /// </exception>
    public BatchEncoding EncodeWords(
        IReadOnlyList<IReadOnlyList<string>> words, IReadOnlyList<IReadOnlyList<string>>? wordPairs = null, bool addSpecialTokens = true,
        PaddingStrategy padding = default, TruncationStrategy truncation = default, int? maxLength = null, int stride = 0,
        int? padToMultipleOf = null, PaddingSide? paddingSide = null, bool returnOverflowingTokens = false,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(words);
        if (wordPairs is not null && wordPairs.Count != words.Count)
            throw new ArgumentException(
                $"words has {Quantity.Of(words.Count, "text")} but wordPairs has {wordPairs.Count}. "
                + "Pass one second text for each text.", nameof(wordPairs));
        RequireWords(words, wordPairs);
        var (padded, plan) = Plan(padding, truncation, maxLength, stride, padToMultipleOf);
        var encodings = new TextEncoding[words.Count];
        ForEachRow(
            words.Count, i => encodings[i] = EncodeRow(words[i], wordPairs?[i], addSpecialTokens, plan, returnOverflowingTokens),
            cancellationToken);
        PadAll(encodings, padded, padToMultipleOf, paddingSide);
        return new BatchEncoding(encodings, ModelInputNames, returnOverflowingTokens, specialTokensMask: false, offsetsMapping: false);
    }

    private TextEncoding EncodeRow(
        IReadOnlyList<string> words, IReadOnlyList<string>? wordPairs, bool addSpecialTokens, TruncationPlan? plan, bool keepOverflow)
    {
        TokenRun[] runs = wordPairs is null ? [_pipeline.Tokenize(words)] : [_pipeline.Tokenize(words), _pipeline.Tokenize(wordPairs)];
        return EncodingAssembler.Assemble(_pipeline, runs, addSpecialTokens, plan, keepOverflow);
    }

    private void RequireWords(IReadOnlyList<IReadOnlyList<string>> words, IReadOnlyList<IReadOnlyList<string>>? wordPairs)
    {
        RequireNoNull(words, nameof(words));
        RequireNoNull(wordPairs ?? [], nameof(wordPairs));
        var rows = words.Concat(wordPairs ?? []);
        if (rows.Any(row => row.Count > 1) && !ReadsWordsSeparately() && !rows.Any(row => row.Any(HasSpaceBefore)))
            throw new TokenizerException(
                "This tokenizer joins a word to the previous one if there is no space before it, so it cannot encode separate words. "
                + "Load a GPT-2 or RoBERTa tokenizer with addPrefixSpace: true. For another tokenizer, pass each word with the space "
                + "before it (\"Hello\", \" world\", \"!\"), or pass the text to Encode and use the Offsets of its tokens.");
    }

    internal static void RequireNoNull(IReadOnlyList<IReadOnlyList<string>> texts, string name)
    {
        foreach (var (text, row) in texts.Index())
            if (row is null || row.Contains(null!))
                throw new ArgumentException(
                    $"Text {text} of {name} or one of its words is null. Remove the word, or pass an empty string instead.", name);
    }

    /// <summary>Returns whether separately encoded words have the same tokens as the text in which spaces separate the words.</summary>
    private bool ReadsWordsSeparately() => _pipeline.Tokenize("a b").Ids.SequenceEqual(_pipeline.Tokenize(["a", "b"]).Ids);

    private static bool HasSpaceBefore(string word) => word.Length > 0 && char.IsWhiteSpace(word[0]);
}
