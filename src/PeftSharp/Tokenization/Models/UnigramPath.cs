namespace PeftSharp.Tokenization;

/// <summary>The best paths from the beginning of a word to each of its positions, in the Viterbi algorithm.</summary>
internal readonly struct UnigramPath
{
    private readonly double[] _scores;
    private readonly int[] _starts, _ids;       // start and id of the last piece of the best path to a position; start -1: no path yet

    internal UnigramPath(int length)
    {
        (_scores, _starts, _ids) = (new double[length + 1], new int[length + 1], new int[length + 1]);
        Array.Fill(_starts, -1);
    }

    internal double ScoreAt(int position) => _scores[position];

    internal bool CanImprove(int end, double score) => _starts[end] < 0 || score > _scores[end];

    internal void Offer(int start, int end, int id, double score)
    {
        if (CanImprove(end, score))
            (_scores[end], _starts[end], _ids[end]) = (score, start, id);
    }

    /// <summary>
    /// Returns the end and the id of each piece of the whole word. Consecutive pieces with the id <paramref name="fused"/> are one piece.
    /// </summary>
    internal List<(int End, int Id)> Pieces(int? fused)
    {
        var pieces = new List<(int, int)>();
        var isAfterFused = false;
        for (var end = _starts.Length - 1; end > 0; end = _starts[end])
        {
            var isFused = _ids[end] == fused;
            if (!isFused || !isAfterFused)
                pieces.Add((end, _ids[end]));
            isAfterFused = isFused;
        }
        pieces.Reverse();
        return pieces;
    }
}
