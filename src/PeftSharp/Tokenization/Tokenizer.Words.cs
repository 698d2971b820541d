namespace PeftSharp.Tokenization;

public sealed partial class Tokenizer
{
    /// <summary>Encodes one text that is split into words already, as data sets for named-entity recognition are; <c>is_split_into_words</c> in Python.</summary>
    /// <remarks>Each word is normalized and tokenized on its own. <see cref="TextEncoding.WordIds"/> are the numbers of the words given, <see cref="TextEncoding.Offsets"/> are places in the word.</remarks>
    /// <param name="words">The words, without the white space between them.</param>
    /// <param name="wordPairs">The words of the second text of a pair.</param>
    /// <param name="addSpecialTokens">Adds the model's special tokens. Default true.</param>
    /// <param name="padding">To <paramref name="maxLength"/>, or not; default not.</param>
    /// <param name="truncation">Which text gives way where there are too many tokens; default: none, or the longest where <paramref name="maxLength"/> is given without padding.</param>
    /// <param name="maxLength">The most tokens, special ones included; default <see cref="ModelMaxLength"/>.</param>
    /// <param name="stride">Tokens that an overflowing part shares with the one before it. Default 0.</param>
    /// <param name="padToMultipleOf">Rounds the padded length up. Default: not.</param>
    /// <param name="paddingSide">Default <see cref="PaddingSide"/>.</param>
    /// <param name="returnOverflowingTokens">Keeps what is cut off, as further encodings in <see cref="TextEncoding.Overflowing"/>. Default false.</param>
    /// <exception cref="ArgumentException">A word is null, or options contradict each other or leave no room for the special tokens.</exception>
    /// <exception cref="TokenizerException">The tokenizer joins words that have no space between them (GPT-2's and RoBERTa's without <c>addPrefixSpace</c>, Llama 3's, Qwen's) and no word begins with one, or the text that should be cut is absent or too short.</exception>
    public TextEncoding EncodeWords(IReadOnlyList<string> words, IReadOnlyList<string>? wordPairs = null, bool addSpecialTokens = true, PaddingStrategy padding = default,
        TruncationStrategy truncation = default, int? maxLength = null, int stride = 0, int? padToMultipleOf = null, PaddingSide? paddingSide = null, bool returnOverflowingTokens = false)
    {
        ArgumentNullException.ThrowIfNull(words);
        RequireWords([words], wordPairs is null ? null : [wordPairs]);
        var (padded, plan) = Plan(padding, truncation, maxLength, stride, padToMultipleOf);
        return PadOne(EncodeRow(words, wordPairs, addSpecialTokens, plan, returnOverflowingTokens), padded, padToMultipleOf, paddingSide);
    }

    /// <summary>Encodes many texts that are split into words already, on all cores; rows come in the order of the texts. <see cref="BatchEncoding.AlignLabels"/> turns labels of words into labels of tokens.</summary>
    /// <inheritdoc cref="EncodeWords(IReadOnlyList{string}, IReadOnlyList{string}, bool, PaddingStrategy, TruncationStrategy, int?, int, int?, PaddingSide?, bool)"/>
    /// <param name="words">The words of each text, without the white space between them.</param>
    /// <param name="wordPairs">The words of the second texts of pairs, as many as <paramref name="words"/>; default none.</param>
    /// <param name="addSpecialTokens">Adds the model's special tokens. Default true.</param>
    /// <param name="padding">To the longest row (<c>true</c>), to <paramref name="maxLength"/>, or not; default not.</param>
    /// <param name="truncation">Which text gives way where there are too many tokens; default: none, or the longest where <paramref name="maxLength"/> is given without padding.</param>
    /// <param name="maxLength">The most tokens, special ones included; default <see cref="ModelMaxLength"/>.</param>
    /// <param name="stride">Tokens that an overflowing part shares with the one before it. Default 0.</param>
    /// <param name="padToMultipleOf">Rounds the padded length up. Default: not.</param>
    /// <param name="paddingSide">Default <see cref="PaddingSide"/>.</param>
    /// <param name="returnOverflowingTokens">Makes rows of what is cut off; <see cref="BatchEncoding.OverflowToSampleMapping"/> tells whose. Default false.</param>
    /// <param name="cancellationToken">Ends the work early.</param>
    public BatchEncoding EncodeWords(IReadOnlyList<IReadOnlyList<string>> words, IReadOnlyList<IReadOnlyList<string>>? wordPairs = null, bool addSpecialTokens = true, PaddingStrategy padding = default,
        TruncationStrategy truncation = default, int? maxLength = null, int stride = 0, int? padToMultipleOf = null, PaddingSide? paddingSide = null, bool returnOverflowingTokens = false,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(words);
        if (wordPairs is not null && wordPairs.Count != words.Count)
            throw new ArgumentException($"There are {words.Count} texts but {wordPairs.Count} second texts; pairs need as many of each.", nameof(wordPairs));
        RequireWords(words, wordPairs);
        var (padded, plan) = Plan(padding, truncation, maxLength, stride, padToMultipleOf);
        var encodings = new TextEncoding[words.Count];
        ForEachRow(words.Count, i => encodings[i] = EncodeRow(words[i], wordPairs?[i], addSpecialTokens, plan, returnOverflowingTokens), cancellationToken);
        PadAll(encodings, padded, padToMultipleOf, paddingSide);
        return new BatchEncoding(encodings, ModelInputNames, returnOverflowingTokens, specialTokensMask: false, offsetsMapping: false);
    }

    private TextEncoding EncodeRow(IReadOnlyList<string> words, IReadOnlyList<string>? wordPairs, bool addSpecialTokens, TruncationPlan? plan, bool keepOverflow)
    {
        TokenRun[] runs = wordPairs is null ? [_pipeline.Tokenize(words)] : [_pipeline.Tokenize(words), _pipeline.Tokenize(wordPairs)];
        return EncodingAssembler.Assemble(_pipeline, runs, addSpecialTokens, plan, keepOverflow);
    }

    private void RequireWords(IReadOnlyList<IReadOnlyList<string>> words, IReadOnlyList<IReadOnlyList<string>>? wordPairs)
    {
        foreach (var (text, row) in words.Concat(wordPairs ?? []).Index())
            if (row is null || row.Contains(null!))
                throw new ArgumentException($"Text {text % words.Count} or one of its words is null; leave such words out, or put an empty string where there is none.", nameof(words));
        var rows = words.Concat(wordPairs ?? []);
        if (rows.Any(row => row.Count > 1) && !ReadsWordsSeparately() && !rows.Any(row => row.Any(HasSpaceBefore)))
            throw new TokenizerException(
                "This tokenizer joins a word to the previous one if there is no space before it, so it would read separate words as one. "
                + "Load a GPT-2 or RoBERTa tokenizer with addPrefixSpace: true. For another tokenizer, put the space before each word that "
                + "has one (\"Hello\", \" world\", \"!\"), or pass the text to Encode and use the Offsets of its tokens.");
    }

    /// <summary>Whether words that are given one by one become the same tokens as the text with spaces between them.</summary>
    private bool ReadsWordsSeparately() => _pipeline.Tokenize("a b").Ids.SequenceEqual(_pipeline.Tokenize(["a", "b"]).Ids);

    private static bool HasSpaceBefore(string word) => word.Length > 0 && char.IsWhiteSpace(word[0]);
}
