namespace PeftSharp.Tokenization;

/// <summary>How long an encoding may be and where tokens are cut off: a checked set of options.</summary>
/// <param name="MaxLength">The most tokens, special ones included.</param>
/// <param name="Strategy">Which text gives way.</param>
/// <param name="Stride">How many tokens a part that overflows has in common with the one before it.</param>
/// <param name="Side">The end that is cut.</param>
internal sealed record TruncationPlan(int MaxLength, TruncationStrategy Strategy, int Stride, TruncationSide Side)
{
    /// <summary>The parts of one or two texts of these lengths; the first of each is kept, the others overflow.</summary>
    /// <param name="lengths">Tokens of each text.</param>
    /// <param name="room">Tokens left for them beside special tokens.</param>
    /// <exception cref="TokenizerException">The text that should give way is absent or too short.</exception>
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
            throw new TokenizerException("Truncation error: second sequence not provided. Truncation only_second needs a pair; give textPair, or choose longest_first or only_first.");
        if (lengths[target] <= excess)
        {
            throw new TokenizerException($"Truncation error: sequence to truncate too short to respect the provided max_length. "
                + $"Truncation {Strategy} would have to remove {excess} of the {lengths[target]} tokens of text {target + 1} for maxLength {MaxLength}; raise maxLength or choose longest_first.");
        }
        parts[target] = Cut(lengths[target], lengths[target] - excess);
        return parts;
    }

    // The shorter text keeps its tokens unless both are longer than half the room.
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
            throw new ArgumentException($"stride {Stride} must be less than the {kept} tokens of a text that maxLength {MaxLength} leaves room for beside special tokens.");
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
