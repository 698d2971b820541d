namespace PeftSharp.Tokenization;

/// <summary>Removes leading and trailing white space from the offsets of tokens, as the byte-level post-processors do.</summary>
internal static class OffsetTrimming
{
    /// <param name="segment">The segment with the tokens.</param>
    /// <param name="offsets">The offsets of the tokens, changed in place.</param>
    /// <param name="addPrefixSpace">Whether the pre-tokenizer added a space at the beginning, which is then not part of the text.</param>
    /// <param name="pipeline">The pipeline, to look up tokens.</param>
    internal static void Trim(EncodingSegment segment, Span<TokenOffset> offsets, bool addPrefixSpace, TokenizerPipeline pipeline)
    {
        if (segment.Run is not { } run)
            return;
        for (var i = 0; i < offsets.Length; i++)
        {
            var (start, end) = offsets[i];
            var id = run.Ids[segment.Start + i];
            var token = pipeline.Added.Tokens.ContainsKey(id)
                ? run.TextOf(segment.Start + i).AsSpan(start, end - start)
                : pipeline.Added.TokenOf(id);
            var leading = 0;
            while (leading < token.Length && IsSpace(token[leading]))
                leading++;
            var trailing = 0;
            while (trailing < token.Length && IsSpace(token[^(trailing + 1)]))
                trailing++;
            if (leading == 1 && addPrefixSpace && (i == 0 || start == 0))
                leading = 0;
            start = Math.Min(start + leading, end);
            if (end >= trailing)
                end = Math.Max(end - trailing, start);
            offsets[i] = new TokenOffset(start, end);
        }
    }

    private static bool IsSpace(char c) => c == ByteAlphabet.Space || UnicodeTables.Is(c, UnicodeFlags.Space);
}
