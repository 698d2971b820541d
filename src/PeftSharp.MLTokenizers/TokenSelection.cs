using Microsoft.ML.Tokenizers;
using PeftSharp.Tokenization;

namespace PeftSharp.MLTokenizers;

/// <summary>
/// The tokens of an encoding that are kept for a maximum token count: all special tokens, and the first or the last tokens of the text.
/// </summary>
/// <param name="Positions">The positions of the kept tokens in the encoding, ascending.</param>
/// <param name="Index">
/// The index at which the text is truncated, in UTF-16 code units: the end of the kept part, or its start if tokens are counted from the
/// end.
/// </param>
internal sealed record TokenSelection(IReadOnlyList<int> Positions, int Index)
{
    internal static TokenSelection FromStart(TextEncoding encoding, int length, int maxCount)
    {
        if (encoding.Length <= maxCount)
            return new TokenSelection([.. Enumerable.Range(0, encoding.Length)], length);
        var cuts = new Cuts(encoding, maxCount);
        if (cuts.Room < 0)
            return new TokenSelection([], 0);
        var cut = cuts.Room;
        while (!cuts.IsBetweenCharacters(cut))
            cut--;
        return new TokenSelection(cuts.Kept(0, cut), cuts.EndBefore(cut));
    }

    internal static TokenSelection FromEnd(TextEncoding encoding, int length, int maxCount)
    {
        if (encoding.Length <= maxCount)
            return new TokenSelection([.. Enumerable.Range(0, encoding.Length)], 0);
        var cuts = new Cuts(encoding, maxCount);
        if (cuts.Room < 0)
            return new TokenSelection([], length);
        var cut = cuts.Count - cuts.Room;
        while (!cuts.IsBetweenCharacters(cut))
            cut++;
        return new TokenSelection(cuts.Kept(cut, cuts.Count), cut == cuts.Count ? length : cuts.StartAfter(cut));
    }

    /// <summary>
    /// Returns the kept tokens. An added special token has an empty range: at the start of the text if it precedes the tokens of the text,
    /// at <see cref="Index"/> if it follows them.
    /// </summary>
    internal EncodedToken[] Tokens(TextEncoding encoding)
    {
        var (tokens, special) = (encoding.Tokens, encoding.SpecialTokensMask);
        // If the text has no tokens, only the first special token precedes it.
        var firstOfText = Math.Max(1, Array.IndexOf(special, 0));
        return [.. Positions.Select(position =>
        {
            var offset = encoding.Offsets[position];
            var range = special[position] == 0 ? offset.Start..offset.End : position < firstOfText ? 0..0 : Index..Index;
            return new EncodedToken(encoding.Ids[position], tokens[position], range);
        })];
    }

    /// <summary>The positions between the tokens of a text, without special tokens: cut n is before token n.</summary>
    private sealed class Cuts
    {
        private readonly int[] _special, _text;      // positions of these tokens in the encoding
        private readonly int[] _ends, _starts;       // for each cut: the largest end before the cut, the smallest start after the cut

        internal Cuts(TextEncoding encoding, int maxCount)
        {
            var mask = encoding.SpecialTokensMask;
            _special = [.. Enumerable.Range(0, mask.Length).Where(position => mask[position] != 0)];
            _text = [.. Enumerable.Range(0, mask.Length).Where(position => mask[position] == 0)];
            Room = maxCount - _special.Length;
            (_ends, _starts) = (new int[Count + 1], new int[Count + 1]);
            _starts[Count] = int.MaxValue;
            for (var i = 0; i < Count; i++)
                _ends[i + 1] = Math.Max(_ends[i], encoding.Offsets[_text[i]].End);
            for (var i = Count - 1; i >= 0; i--)
                _starts[i] = Math.Min(_starts[i + 1], encoding.Offsets[_text[i]].Start);
        }

        /// <summary>Number of tokens of the text.</summary>
        internal int Count => _text.Length;

        /// <summary>Number of tokens of the text that may be kept; negative if the special tokens alone exceed the maximum.</summary>
        internal int Room { get; }

        internal int EndBefore(int cut) => _ends[cut];

        internal int StartAfter(int cut) => _starts[cut];

        internal bool IsBetweenCharacters(int cut) => _ends[cut] <= _starts[cut];

        internal int[] Kept(int from, int to) => [.. _special.Concat(_text[from..to]).Order()];
    }
}
