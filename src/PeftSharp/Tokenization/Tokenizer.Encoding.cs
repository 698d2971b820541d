using System.Runtime.ExceptionServices;
using PeftSharp.Internal;

namespace PeftSharp.Tokenization;

public sealed partial class Tokenizer
{
    /// <summary>Encodes a text or a pair of texts.</summary>
    /// <param name="text">The text.</param>
    /// <param name="textPair">The second text of a pair. Default null: a single text.</param>
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
    /// Padding is requested but the tokenizer has no padding token, options are out of range or contradict each other, or
    /// <paramref name="maxLength"/> has no room for the special tokens.
    /// </exception>
    /// <exception cref="TokenizerException">
    /// The text to truncate is absent or too short, or the text requires an unknown token that is not in the vocabulary.
    /// </exception>
    public TextEncoding Encode(
        string text, string? textPair = null, bool addSpecialTokens = true, PaddingStrategy padding = default,
        TruncationStrategy truncation = default, int? maxLength = null, int stride = 0, int? padToMultipleOf = null,
        PaddingSide? paddingSide = null, bool returnOverflowingTokens = false)
    {
        ArgumentNullException.ThrowIfNull(text);
        var (padded, plan) = Plan(padding, truncation, maxLength, stride, padToMultipleOf);
        var encoding = EncodeRow(text, textPair, addSpecialTokens, plan, returnOverflowingTokens);
        return PadOne(encoding, padded, padToMultipleOf, paddingSide);
    }

    /// <summary>
    /// Encodes several texts or pairs in parallel; rows are in the order of the texts. Corresponds to <c>tokenizer(texts, …)</c> in Python.
    /// </summary>
    /// <param name="texts">The texts.</param>
    /// <param name="textPairs">The second text of each pair; as many as in <paramref name="texts"/>. Default null: single texts.</param>
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
    /// <param name="returnSpecialTokensMask">Whether to include the column <c>special_tokens_mask</c>. Default false.</param>
    /// <param name="returnOffsetsMapping">Whether to include the column <c>offset_mapping</c>. Default false.</param>
    /// <param name="cancellationToken">Checked while texts are encoded.</param>
    /// <exception cref="OperationCanceledException">The operation was cancelled.</exception>
    /// <exception cref="ArgumentException">
    /// A text is null, <paramref name="textPairs"/> has another number of elements than <paramref name="texts"/>, padding is requested but
    /// the tokenizer has no padding token, options are out of range or contradict each other, or <paramref name="maxLength"/> has no room
    /// for the special tokens.
    /// </exception>
    /// <exception cref="TokenizerException">
    /// The text to truncate is absent or too short, or a text requires an unknown token that is not in the vocabulary.
    /// </exception>
    public BatchEncoding Encode(
        IReadOnlyList<string> texts, IReadOnlyList<string>? textPairs = null, bool addSpecialTokens = true,
        PaddingStrategy padding = default, TruncationStrategy truncation = default, int? maxLength = null, int stride = 0,
        int? padToMultipleOf = null, PaddingSide? paddingSide = null, bool returnOverflowingTokens = false,
        bool returnSpecialTokensMask = false, bool returnOffsetsMapping = false, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(texts);
        if (textPairs is not null && textPairs.Count != texts.Count)
            throw new ArgumentException(
                $"texts has {Quantity.Of(texts.Count, "element")} but textPairs has {textPairs.Count}. "
                + "Pass one second text for each text.", nameof(textPairs));
        RequireNoNull(texts, nameof(texts));
        if (textPairs is not null) RequireNoNull(textPairs, nameof(textPairs));
        var (padded, plan) = Plan(padding, truncation, maxLength, stride, padToMultipleOf);
        var encodings = new TextEncoding[texts.Count];
        ForEachRow(
            texts.Count, i => encodings[i] = EncodeRow(texts[i], textPairs?[i], addSpecialTokens, plan, returnOverflowingTokens),
            cancellationToken);
        PadAll(encodings, padded, padToMultipleOf, paddingSide);
        return new BatchEncoding(encodings, ModelInputNames, returnOverflowingTokens, returnSpecialTokensMask, returnOffsetsMapping);
    }

    internal static void RequireNoNull(IReadOnlyList<string> texts, string name)
    {
        for (var i = 0; i < texts.Count; i++)
            if (texts[i] is null) throw new ArgumentException($"{name}[{i}] is null. Pass an empty string instead.", name);
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

    private TextEncoding Pad(TextEncoding encoding, int length, PaddingSide? side) =>
        encoding.Padded(length, EncodingSegment.OfPadding(PadTokenId!.Value, 0, PadTokenTypeId), side ?? PaddingSide);

    // A target of 0 means the longest row.
    private static int PaddedLength(int target, int longest, int? padToMultipleOf) =>
        RoundUp(target == 0 ? longest : target, padToMultipleOf);

    private static int RoundUp(int length, int? multiple) =>
        multiple is > 0 and var m && length % m != 0 ? length + m - length % m : length;

    // Applies Python's defaults. The first result is the length to pad to: 0 for the longest row, null for no padding.
    private (int? PaddedLength, TruncationPlan? Truncation) Plan(
        PaddingStrategy padding, TruncationStrategy truncation, int? maxLength, int stride, int? padToMultipleOf)
    {
        if (maxLength is { } given)
            ArgumentOutOfRangeException.ThrowIfNegative(given, nameof(maxLength));
        ArgumentOutOfRangeException.ThrowIfNegative(stride);
        if (padToMultipleOf is { } factor)
            ArgumentOutOfRangeException.ThrowIfNegativeOrZero(factor, nameof(padToMultipleOf));
        if (truncation.IsLeftOut)
            truncation = maxLength is not null && padding == PaddingStrategy.DoNotPad
                ? TruncationStrategy.LongestFirst
                : TruncationStrategy.DoNotTruncate;
        var limit = maxLength ?? ModelMaxLength;
        var truncates = truncation != TruncationStrategy.DoNotTruncate && limit is not null;
        var pads = padding == PaddingStrategy.Longest || padding == PaddingStrategy.MaxLength && limit is not null;
        if (pads && PadTokenId is null)
            throw new ArgumentException(
                "Padding was requested but the tokenizer has no padding token. "
                + "Set one (tokenizer.PadToken = tokenizer.EosToken), or add one with AddSpecialTokens.", nameof(padding));
        if (pads && truncates && padToMultipleOf is { } multiple && limit % multiple != 0)
            throw new ArgumentException(
                $"Rows would be truncated to {limit} tokens ({(maxLength is null ? nameof(ModelMaxLength) : nameof(maxLength))}) and "
                + $"padded to a multiple of {multiple} (padToMultipleOf), but {limit} is not a multiple of {multiple}. "
                + "Pass a maxLength that is a multiple.", nameof(padToMultipleOf));
        if (truncates && stride > Math.Max(0, limit!.Value - NumSpecialTokensToAdd()))
            throw new ArgumentOutOfRangeException(nameof(stride), stride,
                $"stride must not exceed maxLength ({limit}) minus the number of special tokens ({NumSpecialTokensToAdd()}).");
        var length = padding == PaddingStrategy.Longest ? 0 : limit;
        return (pads ? length : null, truncates ? new TruncationPlan(limit!.Value, truncation, stride, TruncationSide) : null);
    }
}
