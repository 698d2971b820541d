using System.Globalization;
using System.Numerics;
using System.Text;

namespace PeftSharp.Tokenization;

/// <summary>
/// The alphabet of a <see cref="TranslatedRegex"/>: a symbol for each group of code points that are in the same sets of the expression.
/// </summary>
internal sealed class RegexAlphabet
{
    /// <summary>In a parsed pattern, this character plus k stands for set k.</summary>
    internal const char FirstSet = '\uE000';

    /// <summary>The maximum number of different sets of an expression.</summary>
    internal const int MaxSets = 0x1000;

    private const char FirstSymbol = '\u0100';
    private const int PageSize = 256;
    private readonly string[] _classes;
    private readonly char[][] _pages = new char[CodePointSet.Limit / PageSize][];

    internal RegexAlphabet(IReadOnlyList<CodePointSet> sets)
    {
        var symbols = new Dictionary<BigInteger, char>();
        var runs = Runs(sets);
        foreach (var (_, _, signature) in runs)
            symbols.TryAdd(signature, (char)(FirstSymbol + symbols.Count));
        FillPages(runs.Select(run => (run.Start, run.End, symbols[run.Signature])));
        _classes = [.. sets.Select((_, set) => Class(symbols.Where(entry => !(entry.Key >> set).IsEven).Select(entry => entry.Value)))];
    }

    /// <summary>Writes a parsed pattern as a pattern of .NET.</summary>
    internal string Write(string pattern)
    {
        var result = new StringBuilder();
        foreach (var c in pattern)
            result.Append(c >= FirstSet ? _classes[c - FirstSet] : c.ToString());
        return result.ToString();
    }

    /// <summary>Translates a text, and returns the number of symbols: one for each code point.</summary>
    internal int Translate(ReadOnlySpan<char> text, Span<char> symbols)
    {
        var count = 0;
        for (var i = 0; i < text.Length;)
        {
            var c = CodePoints.At(text, i, out var units);
            i += units;
            symbols[count++] = _pages[c / PageSize][c % PageSize];
        }
        return count;
    }

    // Divides the code points into runs. All code points of a run are in the same sets. Bit k of the signature is 1 if set k contains
    // the run.
    private static List<(int Start, int End, BigInteger Signature)> Runs(IReadOnlyList<CodePointSet> sets)
    {
        var changes = new SortedDictionary<int, BigInteger> { [0] = BigInteger.Zero };
        for (var set = 0; set < sets.Count; set++)
            foreach (var bound in sets[set].Bounds)
                changes[bound] = changes.GetValueOrDefault(bound) ^ BigInteger.One << set;
        changes.Remove(CodePointSet.Limit);
        var runs = new List<(int, int, BigInteger)>(changes.Count);
        var (start, signature) = (0, BigInteger.Zero);
        foreach (var (at, change) in changes)
        {
            if (at > start)
                runs.Add((start, at, signature));
            (start, signature) = (at, signature ^ change);
        }
        runs.Add((start, CodePointSet.Limit, signature));
        return runs;
    }

    // Equal pages that consist of a single symbol are shared.
    private void FillPages(IEnumerable<(int Start, int End, char Symbol)> runs)
    {
        var shared = new Dictionary<char, char[]>();
        foreach (var (start, end, symbol) in runs)
        {
            for (var c = start; c < end;)
            {
                var stop = Math.Min(end, (c / PageSize + 1) * PageSize);
                ref var page = ref _pages[c / PageSize];
                if (stop - c == PageSize)
                {
                    if (!shared.TryGetValue(symbol, out page!))
                        Array.Fill(shared[symbol] = page = new char[PageSize], symbol);
                }
                else
                {
                    page ??= new char[PageSize];
                    page.AsSpan(c % PageSize, stop - c).Fill(symbol);
                }
                c = stop;
            }
        }
    }

    private static string Class(IEnumerable<char> symbols)
    {
        var chosen = symbols.Order().ToArray();
        if (chosen.Length == 0)
            return "(?!)";
        var result = new StringBuilder("[");
        for (var i = 0; i < chosen.Length;)
        {
            var last = i;
            while (last + 1 < chosen.Length && chosen[last + 1] == chosen[last] + 1)
                last++;
            result.Append(CultureInfo.InvariantCulture, $"\\u{(int)chosen[i]:X4}-\\u{(int)chosen[last]:X4}");
            i = last + 1;
        }
        return result.Append(']').ToString();
    }
}
