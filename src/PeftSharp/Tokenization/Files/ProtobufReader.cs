using System.Buffers.Binary;

namespace PeftSharp.Tokenization;

/// <summary>Reads the fields of a message in the binary format of Protocol Buffers.</summary>
/// <param name="data">The message.</param>
/// <param name="path">The file, for error messages.</param>
/// <param name="offset">The offset of the message in the file, for error messages.</param>
internal ref struct ProtobufReader(ReadOnlySpan<byte> data, string path, int offset = 0)
{
    private readonly ReadOnlySpan<byte> _data = data;
    private int _position;

    /// <summary>Reads the number and the wire type of the next field; false at the end of the message.</summary>
    internal bool TryReadField(out int number, out int wireType)
    {
        (number, wireType) = (0, 0);
        if (_position == _data.Length)
            return false;
        var key = ReadVarint();
        (number, wireType) = (key >> 3 is > 0 and <= 0x1FFFFFFF ? (int)(key >> 3) : 0, (int)(key & 7));
        return number > 0 ? true : throw Malformed($"{key} is not the key of a field");
    }

    /// <summary>Reads an integer (wire type 0).</summary>
    internal ulong ReadVarint()
    {
        ulong value = 0;
        for (var shift = 0; shift < 70; shift += 7)
        {
            var part = Take(1)[0];
            value |= (ulong)(part & 127) << shift;
            if (part < 128)
                return value;
        }
        throw Malformed("an integer has more than 10 bytes");
    }

    /// <summary>Reads a signed 32-bit integer (wire type 0).</summary>
    internal int ReadInt32(int wireType) =>
        wireType == 0 ? unchecked((int)ReadVarint()) : throw Malformed("a number is not stored as an integer");

    /// <summary>Reads a number in single precision (wire type 5).</summary>
    internal float ReadSingle(int wireType) => wireType == 5
        ? BinaryPrimitives.ReadSingleLittleEndian(Take(4))
        : throw Malformed("a number is not stored in single precision");

    /// <summary>Reads a text, bytes or a message (wire type 2).</summary>
    internal ReadOnlySpan<byte> ReadBytes(int wireType)
    {
        if (wireType != 2)
            throw Malformed("a text is not stored with its length");
        var length = ReadVarint();
        return length <= int.MaxValue ? Take((int)length) : throw Malformed($"a field has the length {length}, but the file is shorter");
    }

    /// <summary>Reads a text (wire type 2).</summary>
    internal string ReadText(int wireType)
    {
        var bytes = ReadBytes(wireType);
        return System.Text.Unicode.Utf8.IsValid(bytes)
            ? System.Text.Encoding.UTF8.GetString(bytes)
            : throw Malformed("a text is not valid UTF-8");
    }

    /// <summary>Reads a message (wire type 2).</summary>
    internal ProtobufReader ReadMessage(int wireType)
    {
        var bytes = ReadBytes(wireType);
        return new ProtobufReader(bytes, path, offset + _position - bytes.Length);
    }

    /// <summary>Skips the value of a field that is not needed.</summary>
    internal void Skip(int wireType)
    {
        switch (wireType)
        {
            case 0: ReadVarint(); break;
            case 1: Take(8); break;
            case 2: ReadBytes(wireType); break;
            case 5: Take(4); break;
            default: throw Malformed($"a field has the unsupported wire type {wireType}");
        }
    }

    internal readonly TokenizerException Malformed(string what) => new(
        $"'{path}' is not a SentencePiece model: {what} (byte {offset + _position}). Download the file again, or use the tokenizer.json of "
        + "the checkpoint.");

    private ReadOnlySpan<byte> Take(int count)
    {
        if (count > _data.Length - _position)
            throw Malformed($"a value has the length {count}, but the remaining length is {_data.Length - _position}");
        _position += count;
        return _data.Slice(_position - count, count);
    }
}
