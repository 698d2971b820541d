using System.Buffers.Binary;

namespace PeftSharp.Tokenization;

/// <summary>
/// The normalization map of a SentencePiece model (<c>precompiled_charsmap</c>): a double-array trie over UTF-8, whose values are positions
/// in a list of replacements.
/// </summary>
/// <remarks>
/// Layout: the number of bytes of the trie (32 bits, little-endian), its units (32 bits each), and the replacements in UTF-8, each of which
/// ends with a zero byte. A unit has its label in bits 0 to 7, bit 8 if a value follows, and the offset of its children in bits 10 to 31,
/// multiplied by 256 if bit 9 is set.
/// </remarks>
internal sealed class CharactersMap
{
    private readonly uint[] _units;
    private readonly byte[] _replacements;

    /// <param name="data">The map.</param>
    /// <param name="place">The source of the map, for error messages.</param>
    /// <exception cref="TokenizerException">The map is truncated or not valid UTF-8.</exception>
    internal CharactersMap(byte[] data, string place)
    {
        Data = data;
        var size = data.Length < sizeof(uint) ? 0 : BinaryPrimitives.ReadUInt32LittleEndian(data);
        if (size < sizeof(uint) || size > data.Length - sizeof(uint))
            throw Malformed(place, $"it has {data.Length} bytes, but its header specifies a trie of {size} bytes");
        _units = new uint[size / sizeof(uint)];
        for (var i = 0; i < _units.Length; i++)
            _units[i] = BinaryPrimitives.ReadUInt32LittleEndian(data.AsSpan(sizeof(uint) * (i + 1)));
        _replacements = data[(sizeof(uint) * (_units.Length + 1))..];
        if (!System.Text.Unicode.Utf8.IsValid(_replacements))
            throw Malformed(place, "its replacements are not valid UTF-8");
    }

    /// <summary>The map as it is stored.</summary>
    internal byte[] Data { get; }

    /// <summary>Finds the replacement, in UTF-8, for the shortest prefix of a text that the map contains.</summary>
    /// <exception cref="TokenizerException">The trie refers to a position outside of the map.</exception>
    internal bool TryReplace(ReadOnlySpan<byte> text, out ReadOnlySpan<byte> replacement)
    {
        replacement = default;
        var node = Children(0, _units[0]);
        foreach (var b in text)
        {
            if (b == 0)
                return false;
            node ^= b;
            var unit = UnitAt(node);
            if ((unit & (1u << 31 | 0xFF)) != b)
                return false;
            node = Children(node, unit);
            if ((unit >> 8 & 1) == 0)
                continue;
            var start = UnitAt(node) & ~(1u << 31);
            if (start > _replacements.Length || start < _replacements.Length && (_replacements[start] & 0xC0) == 0x80)
                throw Malformed("the tokenizer", $"its trie refers to byte {start} of the replacements, at which no replacement starts "
                    + $"(they have the length {_replacements.Length})");
            replacement = _replacements.AsSpan((int)start);
            var end = replacement.IndexOf((byte)0);
            replacement = end < 0 ? replacement : replacement[..end];
            return true;
        }
        return false;
    }

    private static uint Children(uint node, uint unit) => node ^ unit >> 10 << (int)((unit & 1 << 9) >> 6);

    private uint UnitAt(uint node) => node < _units.Length
        ? _units[node]
        : throw Malformed("the tokenizer", $"its trie refers to unit {node}, but the last unit is {_units.Length - 1}");

    private static TokenizerException Malformed(string place, string what) =>
        new($"The normalization map (precompiled_charsmap) of {place} is malformed: {what}. Download the tokenizer's files again.");
}
