namespace PeftSharp.Tokenization;

/// <summary>Properties of code points, in the Unicode version of the reference implementation.</summary>
/// <remarks>.NET uses another version of Unicode, and does not decompose without ICU (InvariantGlobalization).</remarks>
internal static partial class UnicodeTables
{
    private const int PageSize = 256;
    private static readonly ushort[] EmptyPage = new ushort[PageSize];
    private static readonly ushort[][] Pages = NewPages();
    private static readonly Dictionary<int, int[]> Lower = [];
    private static readonly Dictionary<int, int[]> Canonical = [];
    private static readonly Dictionary<int, int[]> Compatible = [];
    private static readonly Dictionary<int, byte> Classes = [];
    private static readonly Dictionary<(int First, int Second), int> Compositions = [];

    static UnicodeTables()
    {
        var reader = PackedReader.Inflate(Packed);
        for (var flag = 1; flag <= (int)UnicodeFlags.Pictographic; flag <<= 1)
            SetFlag(reader.ReadRanges(), (ushort)flag);
        ReadMapping(ref reader, Lower, hasBit: false);
        var composed = ReadMapping(ref reader, Canonical, hasBit: true);
        ReadMapping(ref reader, Compatible, hasBit: true);
        ReadClasses(ref reader);
        BuildCompositions(composed);
    }

    internal static UnicodeFlags FlagsOf(int codePoint) => (UnicodeFlags)Pages[codePoint / PageSize][codePoint % PageSize];

    internal static bool Is(int codePoint, UnicodeFlags flag) => (FlagsOf(codePoint) & flag) != 0;

    /// <summary>Returns the lower case of a code point (one or two code points) if it is different.</summary>
    internal static bool TryLower(int codePoint, out int[] lower) => Lower.TryGetValue(codePoint, out lower!);

    /// <summary>Returns the full decomposition, canonical (NFD) or compatibility (NFKD), except for Hangul, which is computed.</summary>
    internal static bool TryDecompose(int codePoint, bool compatibility, out int[] parts) =>
        compatibility && Compatible.TryGetValue(codePoint, out parts!) || Canonical.TryGetValue(codePoint, out parts!);

    /// <summary>The canonical combining class; 0 for a starter.</summary>
    internal static int CombiningClass(int codePoint) => codePoint < 0x300 ? 0 : Classes.GetValueOrDefault(codePoint);

    /// <summary>Returns the composition of two code points in NFC, except for Hangul, which is computed.</summary>
    internal static bool TryCompose(int first, int second, out int composed) => Compositions.TryGetValue((first, second), out composed);

    // The last part of a full decomposition is never composite; the parts before it are composed first.
    private static void BuildCompositions(List<int> composed)
    {
        var byParts = composed.ToDictionary(c => string.Join(' ', Canonical[c]));
        foreach (var c in composed)
        {
            var parts = Canonical[c];
            var first = parts.Length == 2 ? parts[0] : byParts[string.Join(' ', parts[..^1])];
            Compositions[(first, parts[^1])] = c;
        }
    }

    private static ushort[][] NewPages()
    {
        var pages = new ushort[0x110000 / PageSize][];
        Array.Fill(pages, EmptyPage);
        return pages;
    }

    private static void SetFlag(List<(int Start, int End)> ranges, ushort flag)
    {
        foreach (var (start, end) in ranges)
        {
            for (var c = start; c < end; c++)
            {
                ref var page = ref Pages[c / PageSize];
                if (ReferenceEquals(page, EmptyPage))
                    page = new ushort[PageSize];
                page[c % PageSize] |= flag;
            }
        }
    }

    /// <returns>The keys with bit 0 set.</returns>
    private static List<int> ReadMapping(ref PackedReader reader, Dictionary<int, int[]> mapping, bool hasBit)
    {
        var marked = new List<int>();
        var key = 0;
        for (var count = reader.Number(); count > 0; count--)
        {
            key += reader.Number();
            var head = reader.Number();
            if (hasBit && (head & 1) == 1)
                marked.Add(key);
            var values = new int[hasBit ? head >> 1 : head];
            for (var i = 0; i < values.Length; i++)
                values[i] = key + reader.Signed();
            mapping[key] = values;
        }
        return marked;
    }

    private static void ReadClasses(ref PackedReader reader)
    {
        var key = 0;
        for (var count = reader.Number(); count > 0; count--)
        {
            key += reader.Number();
            Classes[key] = (byte)reader.Number();
        }
    }
}
