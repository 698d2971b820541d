namespace PeftSharp.Tokenization;

/// <summary>Derives the merges of a byte-pair model from its pieces, because SentencePiece does not store them.</summary>
internal static class SentencePieceMerges
{
    /// <summary>
    /// Returns all pairs of pieces whose concatenation is a piece, in the order of the ids of the joined pieces, then of the lengths of the
    /// left pieces.
    /// </summary>
    internal static List<(string Left, string Right)> Of(IReadOnlyDictionary<string, int> vocabulary)
    {
        var lookup = new Dictionary<string, int>(vocabulary, StringComparer.Ordinal).GetAlternateLookup<ReadOnlySpan<char>>();
        var merges = new List<(string, string)>();
        foreach (var (text, _) in vocabulary.OrderBy(entry => entry.Value))
        {
            // The loop visits the pairs in the order of the length of the left part.
            for (var place = 1; place < text.Length; place++)
                if (!CodePoints.IsInside(text, place) && lookup.ContainsKey(text.AsSpan(0, place))
                    && lookup.ContainsKey(text.AsSpan(place)))
                    merges.Add((text[..place], text[place..]));
        }
        return merges;
    }
}
