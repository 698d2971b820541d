using System.Buffers;
using Microsoft.ML.Tokenizers;
using PeftSharp.Tokenization;

namespace PeftSharp.MLTokenizers;

/// <summary>
/// A tokenizer of PeftSharp as a <see cref="Microsoft.ML.Tokenizers.Tokenizer"/>, created by
/// <see cref="MLTokenizerExtensions.AsMLTokenizer"/>.
/// </summary>
/// <remarks>
/// <para>
/// Offsets and indices count UTF-16 code units of the original text, even if the tokenizer normalizes the text. The methods of the base
/// class therefore always return null as the normalized text. <c>Normalizer</c> and <c>PreTokenizer</c> are also null, because the
/// tokenizer contains both steps; setting <c>considerNormalization</c> and <c>considerPreTokenization</c> to false turns them off
/// (<see cref="PeftSharp.Tokenization.Tokenizer.WithPreprocessing"/>), except for a tokenizer from
/// <see cref="PeftSharp.Tokenization.Tokenizer.FromBackend"/>.
/// </para>
/// <para>
/// If a maximum token count would separate the tokens of one character, the whole character is omitted. Added special tokens are included
/// in the count, and only tokens of the text are removed. If the special tokens alone exceed the maximum, the result is empty.
/// </para>
/// <para>Thread safety: instances can be used from several threads at once, while no thread changes <see cref="Source"/>.</para>
/// </remarks>
public sealed class MLTokenizer : Microsoft.ML.Tokenizers.Tokenizer
{
    internal MLTokenizer(PeftSharp.Tokenization.Tokenizer source, bool addSpecialTokens) =>
        (Source, AddSpecialTokens) = (source, addSpecialTokens);

    /// <summary>The PeftSharp tokenizer that this instance wraps.</summary>
    public PeftSharp.Tokenization.Tokenizer Source { get; }

    /// <summary>Whether the special tokens of the model are added to a text, such as <c>[CLS]</c> and <c>[SEP]</c>.</summary>
    public bool AddSpecialTokens { get; }

    /// <summary>Converts token ids to text, including special tokens.</summary>
    /// <param name="ids">The token ids.</param>
    /// <exception cref="InvalidOperationException">An id is not in the vocabulary.</exception>
    public override string Decode(IEnumerable<int> ids)
    {
        ArgumentNullException.ThrowIfNull(ids);
        int[] all = [.. ids];
        var unknown = FirstUnknown(all);
        return unknown == all.Length
            ? Source.Decode(all)
            : throw new InvalidOperationException(
                $"No token has the id {all[unknown]} (position {unknown}); the tokenizer has {Source.Count} tokens.");
    }

    /// <summary>Writes the text of tokens, including special tokens.</summary>
    /// <param name="ids">The token ids.</param>
    /// <param name="destination">
    /// Receives the text. If the text does not fit, only the first tokens are written, up to a character boundary.
    /// </param>
    /// <param name="idsConsumed">The number of tokens whose text was written.</param>
    /// <param name="charsWritten">The number of UTF-16 code units written.</param>
    /// <returns>
    /// <see cref="OperationStatus.Done"/> if all tokens were written; <see cref="OperationStatus.DestinationTooSmall"/> if the text does
    /// not fit; <see cref="OperationStatus.InvalidData"/> if an id is not in the vocabulary, in which case the tokens before it are
    /// written.
    /// </returns>
    public override OperationStatus Decode(IEnumerable<int> ids, Span<char> destination, out int idsConsumed, out int charsWritten)
    {
        ArgumentNullException.ThrowIfNull(ids);
        int[] all = [.. ids];
        var known = all[..FirstUnknown(all)];
        var text = Source.Decode(known);
        if (text.Length <= destination.Length)
        {
            text.CopyTo(destination);
            (idsConsumed, charsWritten) = (known.Length, text.Length);
            return known.Length == all.Length ? OperationStatus.Done : OperationStatus.InvalidData;
        }
        (idsConsumed, charsWritten) = (0, 0);
        var stream = Source.CreateDecodeStream();
        for (var i = 0; i < known.Length; i++)
        {
            var piece = stream.Step(known[i]);
            if (piece.Length == 0)
                continue;                       // the character is incomplete
            if (piece.Length > destination.Length - charsWritten || !text.AsSpan(charsWritten).StartsWith(piece))
                break;
            piece.CopyTo(destination[charsWritten..]);
            (idsConsumed, charsWritten) = (i + 1, charsWritten + piece.Length);
        }
        return OperationStatus.DestinationTooSmall;
    }

    /// <inheritdoc/>
    protected override EncodeResults<EncodedToken> EncodeToTokens(string? text, ReadOnlySpan<char> textSpan, EncodeSettings settings)
    {
        var whole = text ?? textSpan.ToString();
        var encoding = Encode(whole, settings);
        var kept = TokenSelection.FromStart(encoding, whole.Length, settings.MaxTokenCount);
        return new EncodeResults<EncodedToken> { Tokens = kept.Tokens(encoding), CharsConsumed = kept.Index };
    }

    /// <inheritdoc/>
    protected override EncodeResults<int> EncodeToIds(string? text, ReadOnlySpan<char> textSpan, EncodeSettings settings)
    {
        var whole = text ?? textSpan.ToString();
        var encoding = Encode(whole, settings);
        var kept = TokenSelection.FromStart(encoding, whole.Length, settings.MaxTokenCount);
        return new EncodeResults<int>
        {
            Tokens = [.. kept.Positions.Select(position => encoding.Ids[position])], CharsConsumed = kept.Index,
        };
    }

    /// <inheritdoc/>
    protected override int CountTokens(string? text, ReadOnlySpan<char> textSpan, EncodeSettings settings)
    {
        var whole = text ?? textSpan.ToString();
        var encoding = Encode(whole, settings);
        return encoding.Length <= settings.MaxTokenCount
            ? encoding.Length
            : TokenSelection.FromStart(encoding, whole.Length, settings.MaxTokenCount).Positions.Count;
    }

    /// <inheritdoc/>
    protected override int GetIndexByTokenCount(
        string? text, ReadOnlySpan<char> textSpan, EncodeSettings settings, bool fromEnd, out string? normalizedText, out int tokenCount)
    {
        var whole = text ?? textSpan.ToString();
        var encoding = Encode(whole, settings);
        var kept = fromEnd
            ? TokenSelection.FromEnd(encoding, whole.Length, settings.MaxTokenCount)
            : TokenSelection.FromStart(encoding, whole.Length, settings.MaxTokenCount);
        (normalizedText, tokenCount) = (null, kept.Positions.Count);
        return kept.Index;
    }

    private TextEncoding Encode(string text, EncodeSettings settings)
    {
        if (settings.MaxTokenCount <= 0)
            throw new ArgumentOutOfRangeException(
                nameof(settings), settings.MaxTokenCount, "The maximum number of tokens must be greater than 0.");
        return Source.WithPreprocessing(settings.ConsiderNormalization, settings.ConsiderPreTokenization)
            .Encode(text, addSpecialTokens: AddSpecialTokens, truncation: TruncationStrategy.DoNotTruncate);
    }

    private int FirstUnknown(int[] ids)
    {
        var unknown = Array.FindIndex(ids, id => Source.ConvertIdsToTokens(id) is null);
        return unknown < 0 ? ids.Length : unknown;
    }
}
