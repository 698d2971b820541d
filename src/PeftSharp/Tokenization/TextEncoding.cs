namespace PeftSharp.Tokenization;

/// <summary>
/// The tokens of a text or a pair of texts, with the range of the text that each token covers. Corresponds to <c>Encoding</c> in Hugging
/// Face's tokenizers.
/// </summary>
/// <remarks>
/// <para>Offsets are in UTF-16 code units, as in .NET strings, so <c>text[offset.Start..offset.End]</c> is the text of a token. Hugging
/// Face counts code points (<see cref="CodePointOffsets"/>); the two differ only in texts with characters above U+FFFF.</para>
/// <para>Arrays are created on first use and returned without a copy; do not change them.</para>
/// <para>Thread safety: instances are immutable and can be used from several threads at once.</para>
/// </remarks>
public sealed partial class TextEncoding
{
    private readonly IReadOnlyList<EncodingSegment> _segments;
    private readonly TokenizerPipeline _pipeline;
    private int[]? _ids, _typeIds, _attentionMask, _specialTokensMask;
    private TokenOffset[]? _offsets, _codePointOffsets;
    private string[]? _tokens;
    private int?[]? _wordIds, _sequenceIds;

    internal TextEncoding(IReadOnlyList<EncodingSegment> segments, TokenizerPipeline pipeline, IReadOnlyList<TextEncoding> overflowing)
    {
        (_segments, _pipeline, Overflowing) = (segments, pipeline, overflowing);
        foreach (var segment in segments)
            Length += segment.Length;
    }

    /// <summary>Number of tokens, including padding.</summary>
    public int Length { get; }

    /// <summary>The ids of the tokens: <c>input_ids</c>.</summary>
    public int[] Ids => _ids ??= Fill((segment, row) =>
    {
        if (segment.Run is { } run)
            run.Ids.AsSpan(segment.Start, segment.Length).CopyTo(row);
        else if (segment.IsPadding)
            row.Fill(segment.SpecialIds[0]);
        else
            segment.SpecialIds.CopyTo(row);
    });

    /// <summary>
    /// The token type of each token: <c>token_type_ids</c>. The type is 0 for the first text of a pair, and 1 for the second text. Some
    /// tokenizers, such as RoBERTa's, have the type 0 for both texts.
    /// </summary>
    public int[] TypeIds => _typeIds ??= Fill((segment, row) => row.Fill(segment.TypeId));

    /// <summary>1 for tokens, 0 for padding: <c>attention_mask</c>.</summary>
    public int[] AttentionMask => _attentionMask ??= Fill((segment, row) => row.Fill(segment.IsPadding ? 0 : 1));

    /// <summary>1 for tokens that the tokenizer added (special tokens and padding), 0 for tokens of the text.</summary>
    public int[] SpecialTokensMask => _specialTokensMask ??= Fill((segment, row) => row.Fill(segment.Run is null ? 1 : 0));

    /// <summary>The tokens as strings.</summary>
    public IReadOnlyList<string> Tokens => _tokens ??= Array.ConvertAll(Ids, id => _pipeline.Added.TokenOf(id) ?? "");

    /// <summary>
    /// The range of the text that each token covers, in UTF-16 code units. After <c>EncodeWords</c>, a range is relative to the start of
    /// the token's word.
    /// </summary>
    public TokenOffset[] Offsets => _offsets ??= NewOffsets();

    /// <summary>The range of the text that each token covers, in code points as in Python (<c>offset_mapping</c>).</summary>
    public TokenOffset[] CodePointOffsets => _codePointOffsets ??= PerToken((segment, row) =>
    {
        if (segment.Run is not { } run)
            return;
        string? text = null;
        var counts = new CodePointCounter("");
        for (var i = 0; i < row.Length; i++)
        {
            if (!ReferenceEquals(text, run.TextOf(segment.Start + i)))
                counts = new CodePointCounter(text = run.TextOf(segment.Start + i));
            row[i] = new TokenOffset(counts.Before(row[i].Start), counts.Before(row[i].End));
        }
    }, (TokenOffset[])Offsets.Clone());

    /// <summary>
    /// For each token, the index of its word in the text; null for special tokens that the tokenizer added, and for padding.
    /// </summary>
    /// <remarks>
    /// After <c>EncodeWords</c>, the words are those that were passed to it. After <c>Encode</c>, the words are the pieces of the
    /// pre-tokenizer: for BERT, "O'Brien" has three pieces.
    /// </remarks>
    public IReadOnlyList<int?> WordIds => _wordIds ??= PerToken((segment, row) =>
    {
        for (var i = 0; i < row.Length; i++)
            row[i] = segment.Run?.Words[segment.Start + i];
    }, new int?[Length]);

    /// <summary>
    /// For each token, the text that it belongs to: 0 for the first text, 1 for the second text of a pair; null for special tokens that the
    /// tokenizer added, and for padding.
    /// </summary>
    public IReadOnlyList<int?> SequenceIds =>
        _sequenceIds ??= PerToken((segment, row) => row.Fill(segment.Run is null ? null : segment.Sequence), new int?[Length]);

    /// <summary>
    /// The parts of the text beyond the maximum length, beginning with the part that is next to this one. Empty unless requested
    /// with <c>returnOverflowingTokens</c>.
    /// </summary>
    public IReadOnlyList<TextEncoding> Overflowing { get; }

    /// <summary>
    /// 1 for the tokens of the assistant's messages, 0 for all other tokens: <c>assistant_masks</c>. Null unless requested from
    /// <c>ApplyChatTemplate</c>.
    /// </summary>
    public int[]? AssistantMask { get; private init; }

    /// <summary>Whether tokens were truncated; true even if <see cref="Overflowing"/> does not keep them.</summary>
    internal bool IsTruncated { get; init; }

    /// <summary>Returns the encoding with a mask of the tokens of some ranges of the text.</summary>
    internal TextEncoding WithAssistantMask(IReadOnlyList<(int Start, int End)> ranges) => new(_segments, _pipeline, Overflowing)
    {
        IsTruncated = IsTruncated, AssistantMask = AssistantTokens.Mask(this, ranges),
    };

    internal TextEncoding Padded(int length, EncodingSegment padding, PaddingSide side)
    {
        var overflowing = Overflowing.Count == 0 ? Overflowing : [.. Overflowing.Select(part => part.Padded(length, padding, side))];
        if (Length >= length)
            return new TextEncoding(_segments, _pipeline, overflowing) { IsTruncated = IsTruncated };
        padding = padding with { Length = length - Length };
        EncodingSegment[] segments = side == PaddingSide.Right ? [.. _segments, padding] : [padding, .. _segments];
        return new TextEncoding(segments, _pipeline, overflowing) { IsTruncated = IsTruncated };
    }

    private TokenOffset[] NewOffsets()
    {
        var offsets = PerToken((segment, row) =>
        {
            for (var i = 0; i < row.Length && segment.Run is not null; i++)
                row[i] = new TokenOffset(segment.Run.Starts[segment.Start + i], segment.Run.Ends[segment.Start + i]);
        }, new TokenOffset[Length]);
        foreach (var addPrefixSpace in _pipeline.PostProcessor?.Trims ?? [])
            PerToken((segment, row) => OffsetTrimming.Trim(segment, row, addPrefixSpace, _pipeline), offsets);
        return offsets;
    }

    private int[] Fill(SegmentAction<int> fill) => PerToken(fill, new int[Length]);

    private T[] PerToken<T>(SegmentAction<T> fill, T[] result)
    {
        var start = 0;
        foreach (var segment in _segments)
        {
            fill(segment, result.AsSpan(start, segment.Length));
            start += segment.Length;
        }
        return result;
    }

    private delegate void SegmentAction<T>(EncodingSegment segment, Span<T> row);
}
