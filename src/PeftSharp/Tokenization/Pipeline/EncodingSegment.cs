namespace PeftSharp.Tokenization;

/// <summary>A segment of a <see cref="TextEncoding"/>: part of a text, special tokens, or padding.</summary>
/// <param name="Run">The tokens of the text; null for special tokens and padding.</param>
/// <param name="Start">The index of the first token in the text.</param>
/// <param name="Length">The number of tokens.</param>
/// <param name="TypeId">The token type.</param>
/// <param name="Sequence">The text: 0 for the first, 1 for the second.</param>
/// <param name="SpecialIds">The special tokens, or the padding token.</param>
/// <param name="IsPadding">Whether the segment is padding.</param>
internal readonly record struct EncodingSegment(
    TokenRun? Run, int Start, int Length, int TypeId, int Sequence, int[] SpecialIds, bool IsPadding)
{
    internal static EncodingSegment OfText(TokenRun run, (int Start, int End) part, int typeId, int sequence) =>
        new(run, part.Start, part.End - part.Start, typeId, sequence, [], false);

    internal static EncodingSegment OfSpecial(int[] ids, int typeId) => new(null, 0, ids.Length, typeId, -1, ids, false);

    internal static EncodingSegment OfPadding(int id, int length, int typeId) => new(null, 0, length, typeId, -1, [id], true);
}
