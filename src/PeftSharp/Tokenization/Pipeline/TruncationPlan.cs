using PeftSharp.Internal;

namespace PeftSharp.Tokenization;

/// <summary>The checked options of a truncation.</summary>
/// <param name="MaxLength">The maximum number of tokens, including special tokens.</param>
/// <param name="Strategy">Which text is truncated.</param>
/// <param name="Stride">The number of tokens that an overflowing part shares with the part before it.</param>
/// <param name="Side">The side on which tokens are truncated.</param>
internal sealed record TruncationPlan(int MaxLength, TruncationStrategy Strategy, int Stride, TruncationSide Side)
{
    /// <summary>Returns the parts of one or two texts. The first part of each is kept; the others overflow.</summary>
    /// <param name="lengths">The number of tokens of each text.</param>
    /// <param name="room">The maximum number of tokens without special tokens.</param>
    /// <exception cref="TokenizerException">The text to truncate is absent or too short.</exception>
    internal List<(int Start, int End)>[] Parts(int[] lengths, int room)
    {
        var parts = Array.ConvertAll(lengths, length => new List<(int, int)> { (0, length) });
        var excess = lengths.Sum() - room;
        if (excess <= 0)
            return parts;
        if (Strategy == TruncationStrategy.LongestFirst || room == 0)
        {
            var kept = LongestFirst(lengths, room);
            return [.. lengths.Select((length, i) => Cut(length, kept[i]))];
        }
        var target = Strategy == TruncationStrategy.OnlyFirst ? 0 : 1;
        if (target >= lengths.Length)
            throw new TokenizerException(
                "Truncation only_second requires a pair of texts, but there is only one text. "
                + "Pass a second text, or use longest_first or only_first.");
        if (lengths[target] <= excess)
        {
            throw new TokenizerException($"Text {target + 1} is too short to be truncated to the maximum length. It has "
                + $"{Quantity.Of(lengths[target], "token")}, of which truncation {Strategy} would have to remove {excess} for "
                + $"maxLength {MaxLength}. Increase maxLength, or use longest_first.");
        }
        parts[target] = Cut(lengths[target], lengths[target] - excess);
        return parts;
    }

    // The shorter text is not truncated unless both are longer than half of the room.
    private static int[] LongestFirst(int[] lengths, int room)
    {
        if (lengths.Length == 1)
            return [room];
        var (shorter, longer) = lengths[0] > lengths[1] ? (1, 0) : (0, 1);
        var kept = new int[2];
        kept[shorter] = Math.Min(lengths[shorter], room / 2);
        kept[longer] = room - kept[shorter];
        return kept;
    }

    private List<(int Start, int End)> Cut(int length, int kept)
    {
        if (kept >= length)
            return [(0, length)];
        if (kept == 0)
            return [(0, 0), (0, length)];
        if (Stride >= kept)
            throw new ArgumentException(
                $"stride {Stride} must be less than {kept}: maxLength {MaxLength} allows {Quantity.Of(kept, "token")} of a text "
                + "in addition to the special tokens.");
        var parts = new List<(int Start, int End)>();
        if (Side == TruncationSide.Right)
        {
            for (var start = 0; parts.Count == 0 || parts[^1].End < length; start += kept - Stride)
                parts.Add((start, Math.Min(start + kept, length)));
        }
        else
        {
            for (var end = length; parts.Count == 0 || parts[^1].Start > 0; end -= kept - Stride)
                parts.Add((Math.Max(end - kept, 0), end));
        }
        return parts;
    }
}
