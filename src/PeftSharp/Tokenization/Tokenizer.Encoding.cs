using System.Runtime.ExceptionServices;

namespace PeftSharp.Tokenization;

public sealed partial class Tokenizer
{
    /// <summary>Encodes one text or one pair.</summary>
    /// <param name="text">The text.</param>
    /// <param name="textPair">The second text of a pair.</param>
    /// <param name="addSpecialTokens">Adds the model's special tokens. Default true.</param>
    /// <param name="padding">To <paramref name="maxLength"/>, or not; default not.</param>
    /// <param name="truncation">Which text gives way where there are too many tokens; default: none, or the longest where <paramref name="maxLength"/> is given without padding.</param>
    /// <param name="maxLength">The most tokens, special ones included; default <see cref="ModelMaxLength"/>.</param>
    /// <param name="stride">Tokens that an overflowing part shares with the one before it. Default 0.</param>
    /// <param name="padToMultipleOf">Rounds the padded length up. Default: not.</param>
    /// <param name="paddingSide">Default <see cref="PaddingSide"/>.</param>
    /// <param name="returnOverflowingTokens">Keeps what is cut off, as further encodings in <see cref="TextEncoding.Overflowing"/>. Default false.</param>
    /// <exception cref="ArgumentException">Options that contradict each other, or a length without room for the special tokens.</exception>
    /// <exception cref="TokenizerException">The text that should be cut is absent or too short.</exception>
    public TextEncoding Encode(string text, string? textPair = null, bool addSpecialTokens = true, PaddingStrategy padding = default, TruncationStrategy truncation = default, int? maxLength = null,
        int stride = 0, int? padToMultipleOf = null, PaddingSide? paddingSide = null, bool returnOverflowingTokens = false)
    {
        ArgumentNullException.ThrowIfNull(text);
        var (padded, plan) = Plan(padding, truncation, maxLength, stride, padToMultipleOf);
        var encoding = EncodeRow(text, textPair, addSpecialTokens, plan, returnOverflowingTokens);
        return PadOne(encoding, padded, padToMultipleOf, paddingSide);
    }

    /// <summary>Encodes many texts or pairs, on all cores; rows come in the order of the texts. Python's <c>tokenizer(texts, …)</c>.</summary>
    /// <param name="texts">The texts.</param>
    /// <param name="textPairs">The second texts of pairs, as many as <paramref name="texts"/>; default none.</param>
    /// <param name="addSpecialTokens">Adds the model's special tokens. Default true.</param>
    /// <param name="padding">To the longest row (<c>true</c>), to <paramref name="maxLength"/>, or not; default not.</param>
    /// <param name="truncation">Which text gives way where there are too many tokens; default: none, or the longest where <paramref name="maxLength"/> is given without padding.</param>
    /// <param name="maxLength">The most tokens, special ones included; default <see cref="ModelMaxLength"/>.</param>
    /// <param name="stride">Tokens that an overflowing part shares with the one before it. Default 0.</param>
    /// <param name="padToMultipleOf">Rounds the padded length up. Default: not.</param>
    /// <param name="paddingSide">Default <see cref="PaddingSide"/>.</param>
    /// <param name="returnOverflowingTokens">Makes rows of what is cut off; <see cref="BatchEncoding.OverflowToSampleMapping"/> tells whose. Default false.</param>
    /// <param name="returnSpecialTokensMask">Puts <c>special_tokens_mask</c> among the columns. Default false.</param>
    /// <param name="returnOffsetsMapping">Puts <c>offset_mapping</c> among the columns. Default false.</param>
    /// <param name="cancellationToken">Ends the work early.</param>
    /// <exception cref="ArgumentException">Options that contradict each other, or a length without room for the special tokens.</exception>
    /// <exception cref="TokenizerException">The text that should be cut is absent or too short.</exception>
    public BatchEncoding Encode(IReadOnlyList<string> texts, IReadOnlyList<string>? textPairs = null, bool addSpecialTokens = true, PaddingStrategy padding = default, TruncationStrategy truncation = default,
        int? maxLength = null, int stride = 0, int? padToMultipleOf = null, PaddingSide? paddingSide = null, bool returnOverflowingTokens = false, bool returnSpecialTokensMask = false,
        bool returnOffsetsMapping = false, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(texts);
        if (textPairs is not null && textPairs.Count != texts.Count)
            throw new ArgumentException($"There are {texts.Count} texts but {textPairs.Count} second texts; pairs need as many of each.", nameof(textPairs));
        if (texts.Contains(null!) || textPairs is not null && textPairs.Contains(null!))
            throw new ArgumentException("A text is null; put an empty string where there is none.", nameof(texts));
        var (padded, plan) = Plan(padding, truncation, maxLength, stride, padToMultipleOf);
        var encodings = new TextEncoding[texts.Count];
        ForEachRow(texts.Count, i => encodings[i] = EncodeRow(texts[i], textPairs?[i], addSpecialTokens, plan, returnOverflowingTokens), cancellationToken);
        PadAll(encodings, padded, padToMultipleOf, paddingSide);
        return new BatchEncoding(encodings, ModelInputNames, returnOverflowingTokens, returnSpecialTokensMask, returnOffsetsMapping);
    }

    private TextEncoding EncodeRow(string text, string? textPair, bool addSpecialTokens, TruncationPlan? plan, bool keepOverflow)
    {
        TokenRun[] runs = textPair is null ? [_pipeline.Tokenize(text)] : [_pipeline.Tokenize(text), _pipeline.Tokenize(textPair)];
        return EncodingAssembler.Assemble(_pipeline, runs, addSpecialTokens, plan, keepOverflow);
    }

    private static void ForEachRow(int count, Action<int> row, CancellationToken cancellationToken)
    {
        try
        {
            Parallel.For(0, count, new ParallelOptions { CancellationToken = cancellationToken }, row);
        }
        catch (AggregateException errors)
        {
            ExceptionDispatchInfo.Throw(errors.InnerExceptions[0]);
        }
    }

    private TextEncoding PadOne(TextEncoding encoding, int? target, int? padToMultipleOf, PaddingSide? side) =>
        target is null ? encoding : Pad(encoding, PaddedLength(target.Value, encoding.Length, padToMultipleOf), side);

    private void PadAll(TextEncoding[] encodings, int? target, int? padToMultipleOf, PaddingSide? side)
    {
        if (target is null || encodings.Length == 0)
            return;
        var length = PaddedLength(target.Value, encodings.Max(encoding => encoding.Length), padToMultipleOf);
        for (var i = 0; i < encodings.Length; i++)
            encodings[i] = Pad(encodings[i], length, side);
    }

    private TextEncoding Pad(TextEncoding encoding, int length, PaddingSide? side) => encoding.Padded(length, EncodingSegment.OfPadding(PadTokenId!.Value, 0, PadTokenTypeId), side ?? PaddingSide);

    // 0 stands for the longest row.
    private static int PaddedLength(int target, int longest, int? padToMultipleOf) => RoundUp(target == 0 ? longest : target, padToMultipleOf);

    private static int RoundUp(int length, int? multiple) => multiple is > 0 and var m && length % m != 0 ? length + m - length % m : length;

    // Python's rules for what is left out. The first is the length to pad to (0: the longest row, null: not at all).
    private (int? PaddedLength, TruncationPlan? Truncation) Plan(PaddingStrategy padding, TruncationStrategy truncation, int? maxLength, int stride, int? padToMultipleOf)
    {
        if (maxLength is { } given)
            ArgumentOutOfRangeException.ThrowIfNegative(given, nameof(maxLength));
        ArgumentOutOfRangeException.ThrowIfNegative(stride);
        if (padToMultipleOf is { } factor)
            ArgumentOutOfRangeException.ThrowIfNegativeOrZero(factor, nameof(padToMultipleOf));
        if (truncation.IsLeftOut)
            truncation = maxLength is not null && padding == PaddingStrategy.DoNotPad ? TruncationStrategy.LongestFirst : TruncationStrategy.DoNotTruncate;
        var limit = maxLength ?? ModelMaxLength;
        var truncates = truncation != TruncationStrategy.DoNotTruncate && limit is not null;
        var pads = padding == PaddingStrategy.Longest || padding == PaddingStrategy.MaxLength && limit is not null;
        if (pads && PadTokenId is null)
            throw new ArgumentException("Asking to pad but the tokenizer has no padding token. Choose one of its tokens (tokenizer.PadToken = tokenizer.EosToken) or add one (AddSpecialTokens).", nameof(padding));
        if (pads && truncates && padToMultipleOf is { } multiple && limit % multiple != 0)
            throw new ArgumentException($"maxLength {limit} is not a multiple of padToMultipleOf {multiple}, though rows are both cut and padded; choose a maxLength that is.", nameof(padToMultipleOf));
        if (truncates && stride > Math.Max(0, limit!.Value - NumSpecialTokensToAdd()))
            throw new ArgumentOutOfRangeException(nameof(stride), stride, $"stride must be less than maxLength {limit} without its {NumSpecialTokensToAdd()} special tokens.");
        return (pads ? padding == PaddingStrategy.Longest ? 0 : limit : null, truncates ? new TruncationPlan(limit!.Value, truncation, stride, TruncationSide) : null);
    }
}
