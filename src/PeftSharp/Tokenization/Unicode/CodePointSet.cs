namespace PeftSharp.Tokenization;

/// <summary>An immutable set of code points.</summary>
internal sealed class CodePointSet : IEquatable<CodePointSet>
{
    internal const int Limit = 0x110000;

    internal static readonly CodePointSet Empty = new([]);
    internal static readonly CodePointSet All = new([0, Limit]);

    private readonly int[] _bounds;       // in ascending order: the starts of ranges, each followed by the end of the range

    private CodePointSet(int[] bounds) => _bounds = bounds;

    internal bool IsEmpty => _bounds.Length == 0;

    /// <summary>The start of each range, followed by the end of the range (exclusive), in ascending order.</summary>
    internal ReadOnlySpan<int> Bounds => _bounds;

    internal static CodePointSet Of(int codePoint) => new([codePoint, codePoint + 1]);

    /// <summary>Returns the code points from <paramref name="first"/> to <paramref name="last"/>.</summary>
    internal static CodePointSet OfRange(int first, int last) => new([first, last + 1]);

    internal static CodePointSet Of(IEnumerable<int> codePoints)
    {
        var bounds = new List<int>();
        foreach (var c in codePoints.Order())
        {
            if (bounds.Count > 0 && bounds[^1] >= c)
                bounds[^1] = c + 1;
            else
                bounds.AddRange([c, c + 1]);
        }
        return new CodePointSet([.. bounds]);
    }

    /// <summary>Creates a set from ranges in ascending order.</summary>
    internal static CodePointSet OfRanges(IEnumerable<(int Start, int End)> ranges)
    {
        var bounds = new List<int>();
        foreach (var (start, end) in ranges)
        {
            if (bounds.Count > 0 && bounds[^1] == start)
                bounds[^1] = end;
            else
                bounds.AddRange([start, end]);
        }
        return new CodePointSet([.. bounds]);
    }

    internal bool Contains(int codePoint)
    {
        var place = Array.BinarySearch(_bounds, codePoint);
        return ((place >= 0 ? place : ~place - 1) & 1) == 0;
    }

    internal CodePointSet Union(CodePointSet other) => Combine(other, (a, b) => a || b);

    internal CodePointSet Intersect(CodePointSet other) => Combine(other, (a, b) => a && b);

    internal CodePointSet Complement() => Combine(All, (a, _) => !a);

    /// <summary>Returns the code points of the set in a list of code points in ascending order.</summary>
    internal IEnumerable<int> Among(IEnumerable<int> codePoints) => codePoints.Where(Contains);

    public bool Equals(CodePointSet? other) => other is not null && _bounds.AsSpan().SequenceEqual(other._bounds);

    public override bool Equals(object? obj) => Equals(obj as CodePointSet);

    public override int GetHashCode()
    {
        var hash = new HashCode();
        foreach (var bound in _bounds)
            hash.Add(bound);
        return hash.ToHashCode();
    }

    private CodePointSet Combine(CodePointSet other, Func<bool, bool, bool> contains)
    {
        var bounds = new List<int>(_bounds.Length + other._bounds.Length);
        var (i, j) = (0, 0);
        while (i < _bounds.Length || j < other._bounds.Length)
        {
            var (a, b) = (i < _bounds.Length ? _bounds[i] : Limit, j < other._bounds.Length ? other._bounds[j] : Limit);
            var at = Math.Min(a, b);
            i += i < _bounds.Length && a == at ? 1 : 0;
            j += j < other._bounds.Length && b == at ? 1 : 0;
            if (contains((i & 1) == 1, (j & 1) == 1) != ((bounds.Count & 1) == 1))
                bounds.Add(at);
        }
        return new CodePointSet([.. bounds]);
    }
}
