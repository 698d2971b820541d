using System.IO.Compression;

namespace PeftSharp.Tokenization;

/// <summary>Reads the generated tables of code points, which <c>tools/unicode/packing.py</c> packs.</summary>
internal ref struct PackedReader(byte[] data)
{
    private int _position;

    /// <summary>Creates a reader of packed tables.</summary>
    internal static PackedReader Inflate(string packed)
    {
        using var deflated = new DeflateStream(new MemoryStream(Convert.FromBase64String(packed)), CompressionMode.Decompress);
        using var data = new MemoryStream();
        deflated.CopyTo(data);
        return new PackedReader(data.ToArray());
    }

    internal int Number()
    {
        for (int value = 0, shift = 0; ; shift += 7)
        {
            var part = data[_position++];
            value |= (part & 127) << shift;
            if (part < 128)
                return value;
        }
    }

    internal int Signed() => Number() is var n && (n & 1) == 0 ? n >> 1 : -((n + 1) >> 1);

    internal string Text()
    {
        var length = Number();
        _position += length;
        return System.Text.Encoding.UTF8.GetString(data.AsSpan(_position - length, length));
    }

    internal int[] ReadNumbers()
    {
        var numbers = new int[Number()];
        for (var i = 0; i < numbers.Length; i++)
            numbers[i] = Number();
        return numbers;
    }

    internal List<(int Start, int End)> ReadRanges()
    {
        var ranges = new List<(int, int)>();
        var end = 0;
        for (var count = Number(); count > 0; count--)
        {
            var start = end + Number();
            end = start + Number();
            ranges.Add((start, end));
        }
        return ranges;
    }

    /// <summary>Reads properties of which every code point has exactly one: their names and their ranges.</summary>
    internal List<(string Name, List<(int Start, int End)> Ranges)> ReadPartition()
    {
        var parts = new List<(string Name, List<(int, int)> Ranges)>();
        for (var count = Number(); count > 0; count--)
            parts.Add((Text(), []));
        var start = 0;
        for (var count = Number(); count > 0; count--)
        {
            var end = start + Number();
            parts[Number()].Ranges.Add((start, end));
            start = end;
        }
        return parts;
    }
}
