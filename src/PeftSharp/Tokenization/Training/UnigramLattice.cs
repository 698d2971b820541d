namespace PeftSharp.Tokenization;

/// <summary>
/// Computes values over all segmentations of a word into pieces: expected frequencies, the best path, and the best path without a piece.
/// </summary>
internal sealed class UnigramLattice
{
    private const double UnknownPenalty = 10;
    private const int Unknown = -1;

    private readonly CodePointTrie _trie;
    private readonly double[] _scores;
    private readonly double _unknownScore;
    private readonly List<(int Start, int End, int Id)> _nodes = [];
    private double[] _forward = new double[64], _backward = new double[64];
    private int[] _bestNode = new int[64];

    internal UnigramLattice(IReadOnlyList<ScoredPiece> pieces)
    {
        _scores = [.. pieces.Select(piece => piece.Score)];
        _unknownScore = _scores.DefaultIfEmpty().Min() - UnknownPenalty;
        _trie = new CodePointTrie(pieces.Sum(piece => piece.Text.Length));
        for (var id = 0; id < pieces.Count; id++)
            _trie.Add(UnigramCorpus.CodePointsOf(pieces[id].Text), id);
    }

    /// <summary>Adds the expected frequencies of the pieces in a word, multiplied by the count of the word.</summary>
    internal void AddExpected(int[] word, double count, double[] expected)
    {
        Populate(word);
        var (forward, backward) = (_forward, _backward);
        forward.AsSpan(0, word.Length + 1).Fill(double.NegativeInfinity);
        backward.AsSpan(0, word.Length + 1).Fill(double.NegativeInfinity);
        (forward[0], backward[word.Length]) = (0, 0);
        foreach (var (start, end, id) in _nodes)                        // the nodes are sorted by start
            forward[end] = LogSum(forward[end], forward[start] + ScoreOf(id));
        for (var i = _nodes.Count - 1; i >= 0; i--)
        {
            var (start, end, id) = _nodes[i];
            backward[start] = LogSum(backward[start], backward[end] + ScoreOf(id));
        }
        var total = forward[word.Length];
        foreach (var (start, end, id) in _nodes)
            if (id != Unknown)
                expected[id] += count * Math.Exp(forward[start] + _scores[id] + backward[end] - total);
    }

    /// <summary>Finds the segmentation with the highest score; -1 for an unknown character.</summary>
    internal void BestPath(int[] word, List<int> path)
    {
        Populate(word);
        Best(word.Length, without: null, path);
    }

    /// <summary>
    /// Returns whether the best segmentation of a piece is the piece itself. If so, <paramref name="replacement"/> is the best segmentation
    /// without this piece; empty if there is none.
    /// </summary>
    internal bool IsBestAlone(string piece, int id, List<int> replacement)
    {
        var word = UnigramCorpus.CodePointsOf(piece);
        replacement.Clear();
        if (word.Length == 1)
            return true;
        Populate(word);
        return Best(word.Length, without: id, replacement) <= _scores[id];
    }

    private double ScoreOf(int id) => id == Unknown ? _unknownScore : _scores[id];

    private static double LogSum(double x, double y)
    {
        var (low, high) = x > y ? (y, x) : (x, y);
        return high > low + 50 ? high : high + Math.Log(Math.Exp(low - high) + 1);
    }

    /// <summary>Finds the pieces in a word. A character that is not a piece is an unknown piece.</summary>
    private void Populate(int[] word)
    {
        _nodes.Clear();
        if (_forward.Length <= word.Length)
        {
            var size = 2 * word.Length + 2;
            (_forward, _backward, _bestNode) = (new double[size], new double[size], new int[size]);
        }
        for (var start = 0; start < word.Length; start++)
        {
            var isCharacterKnown = false;
            var node = CodePointTrie.Root;
            for (var end = start; end < word.Length; end++)
            {
                node = _trie.Next(node, word[end]);
                if (node < 0)
                    break;
                var id = _trie.IdOf(node);
                if (id < 0)
                    continue;
                _nodes.Add((start, end + 1, id));
                isCharacterKnown |= end == start;
            }
            if (!isCharacterKnown)
                _nodes.Add((start, start + 1, Unknown));
        }
    }

    private double Best(int length, int? without, List<int> path)
    {
        var (scores, best) = (_forward, _bestNode);
        scores.AsSpan(0, length + 1).Fill(double.NegativeInfinity);
        scores[0] = 0;
        for (var i = 0; i < _nodes.Count; i++)
        {
            var (start, end, id) = _nodes[i];
            if (id == without && end - start == length)
                continue;
            var score = scores[start] + ScoreOf(id);
            if (score > scores[end])
                (scores[end], best[end]) = (score, i);
        }
        path.Clear();
        for (var end = length; end > 0 && !double.IsNegativeInfinity(scores[length]); end = _nodes[best[end]].Start)
            path.Add(_nodes[best[end]].Id);
        path.Reverse();
        return scores[length];
    }
}
