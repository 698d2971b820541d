using System.Buffers;

namespace PeftSharp.Tokenization;

/// <summary>
/// The byte-level alphabet of GPT-2, with a visible character for each byte (Radford et al. 2019, section 2.2): printable bytes are
/// unchanged, the others are the characters from U+0100.
/// </summary>
internal static class ByteAlphabet
{
    /// <summary>The character for each byte.</summary>
    internal static ReadOnlySpan<char> Chars => CharsOfBytes;

    private static readonly char[] CharsOfBytes = NewChars();
    private static readonly short[] Bytes = NewBytes();

    /// <summary>The character for a space: Ġ.</summary>
    internal static char Space => CharsOfBytes[' '];

    /// <summary>Returns the byte for a character.</summary>
    internal static bool TryByte(char c, out byte value)
    {
        var found = c < Bytes.Length ? Bytes[c] : -1;
        value = (byte)found;
        return found >= 0;
    }

    /// <summary>Appends the bytes of a token. A token with other characters (an added token) is encoded as UTF-8.</summary>
    internal static void AppendBytes(string token, ArrayBufferWriter<byte> bytes)
    {
        var room = bytes.GetSpan(3 * token.Length + 1);
        for (var i = 0; i < token.Length; i++)
        {
            if (!TryByte(token[i], out room[i]))
            {
                bytes.Advance(System.Text.Encoding.UTF8.GetBytes(token, room));
                return;
            }
        }
        bytes.Advance(token.Length);
    }

    /// <summary>Writes the characters for the bytes of a range of a text that is being rewritten.</summary>
    internal static void Spell(AlignedText text, int start, int end)
    {
        Span<byte> bytes = stackalloc byte[4];
        for (var i = start; i < end;)
        {
            var rune = new System.Text.Rune(CodePoints.At(text.Chars, i, out var units));
            i += units;
            var count = rune.EncodeToUtf8(bytes);
            for (var b = 0; b < count; b++)
                text.Emit(CharsOfBytes[bytes[b]], b == 0 ? 0 : 1);
        }
    }

    private static char[] NewChars()
    {
        var chars = new char[256];
        var next = 256;
        for (var b = 0; b < 256; b++)
            chars[b] = b is >= '!' and <= '~' or >= 0xA1 and <= 0xAC or >= 0xAE ? (char)b : (char)next++;
        return chars;
    }

    private static short[] NewBytes()
    {
        var bytes = new short[CharsOfBytes.Max() + 1];
        Array.Fill(bytes, (short)-1);
        for (var b = 0; b < 256; b++)
            bytes[CharsOfBytes[b]] = (short)b;
        return bytes;
    }
}
