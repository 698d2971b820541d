namespace PeftSharp.Internal;

/// <summary>
/// Orders strings by Unicode code point, as Python and Rust do; in UTF-16 order, characters above U+FFFF would precede the characters from
/// U+E000 to U+FFFF.
/// </summary>
internal sealed class CodePointOrder : IComparer<string>
{
    internal static readonly CodePointOrder Instance = new();

    public int Compare(string? x, string? y)
    {
        if (x is null || y is null)
            return (x is null ? 0 : 1) - (y is null ? 0 : 1);
        var common = x.AsSpan().CommonPrefixLength(y);
        return common == x.Length || common == y.Length ? x.Length - y.Length : Rank(x[common]) - Rank(y[common]);
    }

    // The first code unit that differs determines the order. A surrogate belongs to a code point above U+FFFF, so it ranks above other
    // units.
    private static int Rank(char unit) => char.IsSurrogate(unit) ? unit + 0x10000 : unit;
}
