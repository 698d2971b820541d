namespace PeftSharp.Tokenization;

/// <summary>
/// Finds the pieces to start with: all characters, and the substrings that occur at least twice and are followed by different characters
/// (the inner nodes of the suffix tree), in descending order of length times number of occurrences.
/// </summary>
internal static class UnigramSeeds
{
    private const int Boundary = 0;                                     // between two words

    internal static List<ScoredPiece> Find(UnigramCorpus corpus, UnigramTrainer options)
    {
        var counts = new Dictionary<int, double>();
        foreach (var (word, count) in corpus.Words)
            foreach (var character in word)
                if (character != Boundary)
                    counts[character] = counts.GetValueOrDefault(character) + count;
        int[] text = [.. corpus.Words.SelectMany(entry => entry.Word.Append(Boundary))];
        var pieces = counts.OrderByDescending(entry => entry.Value).ThenByDescending(entry => entry.Key)
            .Select(entry => new ScoredPiece(UnigramCorpus.TextOf([entry.Key]), entry.Value)).ToList();
        foreach (var (start, length, score) in Substrings(text, options.MaxPieceLength))
        {
            if (pieces.Count >= options.SeedSize)
                break;
            pieces.Add(new ScoredPiece(UnigramCorpus.TextOf(text.AsSpan(start, length)), score));
        }
        var total = Math.Log(pieces.Sum(piece => piece.Score));
        return pieces.ConvertAll(piece => piece with { Score = Math.Log(piece.Score) - total });
    }

    private static List<(int Start, int Length, double Score)> Substrings(int[] text, int maxLength)
    {
        // Only the first maxLength + 1 characters of a suffix matter: a piece has at most maxLength characters, and the character after it
        // shows whether it is followed by different characters.
        var depth = maxLength + 1;
        var suffixes = new int[text.Length];
        for (var i = 0; i < suffixes.Length; i++)
            suffixes[i] = i;
        ReadOnlySpan<int> Prefix(int start) => text.AsSpan(start, Math.Min(depth, text.Length - start));
        Array.Sort(suffixes, (x, y) => Prefix(x).SequenceCompareTo(Prefix(y)));
        var found = new List<(int Start, int Length, double Score)>();
        var open = new Stack<(int Length, int First)>();                // common prefixes of neighboring suffixes, by increasing length
        for (var i = 1; i <= suffixes.Length; i++)
        {
            var common = i < suffixes.Length ? Prefix(suffixes[i - 1]).CommonPrefixLength(Prefix(suffixes[i])) : 0;
            var first = i - 1;
            while (open.Count > 0 && open.Peek().Length > common)
            {
                (var length, first) = open.Pop();
                if (length > 1 && length <= maxLength && !text.AsSpan(suffixes[first], length).Contains(Boundary))
                    found.Add((suffixes[first], length, (double)(i - first) * length));
            }
            if (common > 0 && (open.Count == 0 || open.Peek().Length < common))
                open.Push((common, first));
        }
        found.Sort((x, y) => x.Score != y.Score
            ? y.Score.CompareTo(x.Score)
            : text.AsSpan(y.Start, y.Length).SequenceCompareTo(text.AsSpan(x.Start, x.Length)));
        return found;
    }
}
