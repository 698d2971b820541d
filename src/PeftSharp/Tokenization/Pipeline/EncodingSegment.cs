namespace PeftSharp.Tokenization;

/// <summary>A stretch of an <see cref="TextEncoding"/>: part of a text, special tokens, or padding.</summary>
/// <param name="Run">The text; null: special tokens or padding.</param>
/// <param name="Start">First token of the text.</param>
/// <param name="Length">How many tokens.</param>
/// <param name="TypeId">Segment.</param>
/// <param name="Sequence">0 or 1: which text.</param>
/// <param name="SpecialIds">Special tokens, or the one padding token.</param>
/// <param name="IsPadding">Whether it is padding.</param>
internal readonly record struct EncodingSegment(TokenRun? Run, int Start, int Length, int TypeId, int Sequence, int[] SpecialIds, bool IsPadding)
{
    internal static EncodingSegment OfText(TokenRun run, (int Start, int End) part, int typeId, int sequence) => new(run, part.Start, part.End - part.Start, typeId, sequence, [], false);

    internal static EncodingSegment OfSpecial(int[] ids, int typeId) => new(null, 0, ids.Length, typeId, -1, ids, false);

    internal static EncodingSegment OfPadding(int id, int length, int typeId) => new(null, 0, length, typeId, -1, [id], true);
}
