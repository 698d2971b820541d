using System.IO.Compression;

namespace PeftSharp.Tokenization;

/// <summary>Properties of code points, in the Unicode version of the reference implementation.</summary>
/// <remarks>.NET has another version of Unicode, and does not decompose without ICU (InvariantGlobalization).</remarks>
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
        using var packed = new DeflateStream(new MemoryStream(Convert.FromBase64String(Packed)), CompressionMode.Decompress);
        using var data = new MemoryStream();
        packed.CopyTo(data);
        var reader = new Reader(data.ToArray());
        for (var flag = 1; flag <= (int)UnicodeFlags.Pictographic; flag <<= 1)
            reader.ReadRanges(Pages, (ushort)flag);
        reader.ReadMapping(Lower, hasBit: false);
        var composed = reader.ReadMapping(Canonical, hasBit: true);
        reader.ReadMapping(Compatible, hasBit: true);
        reader.ReadClasses(Classes);
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

    private ref struct Reader(byte[] data)
    {
        private int _position;

        internal void ReadRanges(ushort[][] pages, ushort flag)
        {
            var end = 0;
            for (var count = Number(); count > 0; count--)
            {
                var start = end + Number();
                end = start + Number();
                for (var c = start; c < end; c++)
                {
                    ref var page = ref pages[c / PageSize];
                    if (ReferenceEquals(page, EmptyPage))
                        page = new ushort[PageSize];
                    page[c % PageSize] |= flag;
                }
            }
        }

        /// <returns>The keys with bit 0 set.</returns>
        internal List<int> ReadMapping(Dictionary<int, int[]> mapping, bool hasBit)
        {
            var marked = new List<int>();
            var key = 0;
            for (var count = Number(); count > 0; count--)
            {
                key += Number();
                var head = Number();
                if (hasBit && (head & 1) == 1)
                    marked.Add(key);
                var values = new int[hasBit ? head >> 1 : head];
                for (var i = 0; i < values.Length; i++)
                    values[i] = key + Signed();
                mapping[key] = values;
            }
            return marked;
        }

        internal void ReadClasses(Dictionary<int, byte> classes)
        {
            var key = 0;
            for (var count = Number(); count > 0; count--)
            {
                key += Number();
                classes[key] = (byte)Number();
            }
        }

        private int Number()
        {
            for (int value = 0, shift = 0; ; shift += 7)
            {
                var part = data[_position++];
                value |= (part & 127) << shift;
                if (part < 128)
                    return value;
            }
        }

        private int Signed() => Number() is var n && (n & 1) == 0 ? n >> 1 : -((n + 1) >> 1);
    }
}
