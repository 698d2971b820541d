namespace PeftSharp.Tokenization;

/// <summary>The tokens of a text or a pair of texts, with where each came from; Hugging Face's class of the same name.</summary>
/// <remarks>
/// <para>Places in texts are UTF-16 units, as everywhere in .NET, so <c>text[offset.Start..offset.End]</c> is what a token came from. Hugging Face counts code points:
/// <see cref="CodePointOffsets"/>; the two differ only behind characters above U+FFFF. Arrays are made when first asked for and are not copied: change them at your own risk.</para>
/// <para>Thread safety: instances are immutable and can be used from several threads at once.</para>
/// </remarks>
public sealed partial class TextEncoding
{
    private readonly IReadOnlyList<EncodingSegment> _segments;
    private readonly TokenizerPipeline _pipeline;
    private int[]? _ids, _typeIds, _attentionMask, _specialTokensMask;
    private TokenOffset[]? _offsets;

    internal TextEncoding(IReadOnlyList<EncodingSegment> segments, TokenizerPipeline pipeline, IReadOnlyList<TextEncoding> overflowing)
    {
        (_segments, _pipeline, Overflowing) = (segments, pipeline, overflowing);
        foreach (var segment in segments)
            Length += segment.Length;
    }

    /// <summary>How many tokens, padding included.</summary>
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

    /// <summary>The segment of each token: <c>token_type_ids</c>.</summary>
    public int[] TypeIds => _typeIds ??= Fill((segment, row) => row.Fill(segment.TypeId));

    /// <summary>1 for tokens, 0 for padding.</summary>
    public int[] AttentionMask => _attentionMask ??= Fill((segment, row) => row.Fill(segment.IsPadding ? 0 : 1));

    /// <summary>1 for tokens that the tokenizer put there (special tokens and padding), 0 for those of the text.</summary>
    public int[] SpecialTokensMask => _specialTokensMask ??= Fill((segment, row) => row.Fill(segment.Run is null ? 1 : 0));

    /// <summary>The tokens themselves.</summary>
    public IReadOnlyList<string> Tokens => Array.ConvertAll(Ids, id => _pipeline.Added.TokenOf(id) ?? "");

    /// <summary>The range of its text that each token came from, in UTF-16 units; after <c>EncodeWords</c>, the range of its word.</summary>
    public TokenOffset[] Offsets => _offsets ??= NewOffsets();

    /// <summary>The same in code points, as Hugging Face counts (<c>offset_mapping</c>).</summary>
    public TokenOffset[] CodePointOffsets => PerToken((segment, row) =>
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

    /// <summary>The number of the word in its text that each token is part of; null for special tokens and padding.</summary>
    /// <remarks>After <c>EncodeWords</c> these are the words that were given. After <c>Encode</c> they are the pieces that the pre-tokenizer makes: "O'Brien" is three of them for BERT.</remarks>
    public IReadOnlyList<int?> WordIds => PerToken((segment, row) =>
    {
        for (var i = 0; i < row.Length; i++)
            row[i] = segment.Run?.Words[segment.Start + i];
    }, new int?[Length]);

    /// <summary>0 for tokens of the first text, 1 for those of the second; null for special tokens and padding.</summary>
    public IReadOnlyList<int?> SequenceIds => PerToken((segment, row) => row.Fill(segment.Run is null ? null : segment.Sequence), new int?[Length]);

    /// <summary>The further parts of a text that was too long, in order; empty unless asked for by <c>returnOverflowingTokens</c>.</summary>
    public IReadOnlyList<TextEncoding> Overflowing { get; }

    /// <summary>Whether tokens were cut off, whether or not they are kept in <see cref="Overflowing"/>.</summary>
    internal bool IsTruncated { get; init; }

    internal TextEncoding Padded(int length, EncodingSegment padding, PaddingSide side)
    {
        var overflowing = Overflowing.Count == 0 ? Overflowing : [.. Overflowing.Select(part => part.Padded(length, padding, side))];
        if (Length >= length)
            return new TextEncoding(_segments, _pipeline, overflowing) { IsTruncated = IsTruncated };
        padding = padding with { Length = length - Length };
        return new TextEncoding(side == PaddingSide.Right ? [.. _segments, padding] : [padding, .. _segments], _pipeline, overflowing) { IsTruncated = IsTruncated };
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
