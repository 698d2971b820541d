using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace PeftSharp.Data;

/// <summary>
/// Reads the messages of an Arrow file in order. The file has the stream format, or the file format, which contains a stream.
/// </summary>
internal sealed class ArrowMessages
{
    internal const byte Schema = 1;
    internal const byte RecordBatch = 3;

    private static readonly byte[] Magic = Encoding.ASCII.GetBytes("ARROW1");
    private readonly MappedDataFile _file;
    private readonly long _end;
    private long _position;

    /// <exception cref="DatasetException">The file has neither format.</exception>
    internal ArrowMessages(MappedDataFile file)
    {
        (_file, _end) = (file, file.Length);
        if (!IsMagic(0))
            return;
        IsFileFormat = true;
        if (file.Length < 8 + 10 || !IsMagic(file.Length - 6))
            throw Incomplete("the end of the file (ARROW1) is missing");
        var footer = Int32(file.Length - 10);
        (_position, _end) = (8, file.Length - 10 - footer);
        if (footer < 0 || _end < 8)
            throw Damaged($"its footer has {footer} bytes");
    }

    /// <summary>Whether the file has the file format, with a footer.</summary>
    internal bool IsFileFormat { get; }

    /// <summary>The position of the message in the file.</summary>
    internal long Start { get; private set; }

    /// <summary>The metadata of the message, a FlatBuffer.</summary>
    internal byte[] Metadata { get; private set; } = [];

    /// <summary>The position of the body of the message in the file.</summary>
    internal long Body { get; private set; }

    /// <summary>The number of bytes of the body.</summary>
    internal long BodyLength { get; private set; }

    /// <summary>Reads the next message.</summary>
    /// <returns>False at the end of the stream.</returns>
    /// <exception cref="DatasetException">The file ends before its end-of-stream marker, or a message is malformed.</exception>
    internal bool Next()
    {
        Start = _position;
        var length = Int32(_position);
        _position += 4;
        if (length == -1)                                          // streams before version 0.15 of Arrow have no continuation marker
        {
            length = Int32(_position);
            _position += 4;
        }
        if (length == 0)
            return false;
        if (length < 0 || length > _end - _position)
            throw length < 0 ? Damaged($"a message has {length} bytes") : Incomplete($"it ends within a message of {length} bytes");
        var metadata = new byte[length];
        _file.ReadMetadata(_position, metadata);
        (Metadata, Body) = (metadata, _position + length);
        BodyLength = FlatTable.Root(metadata).Int64(3);
        if (BodyLength < 0 || BodyLength > _end - Body)
            throw BodyLength < 0
                ? Damaged($"a record batch has {BodyLength} bytes")
                : Incomplete($"it ends within a record batch of {BodyLength} bytes");
        _position = Body + BodyLength;
        return true;
    }

    /// <summary>The bytes of the message as they are in the file, without its body.</summary>
    internal byte[] Raw()
    {
        var raw = new byte[Body - Start];
        _file.ReadMetadata(Start, raw);
        return raw;
    }

    internal DatasetException Damaged(string problem) => new(string.Create(CultureInfo.InvariantCulture,
        $"'{_file.Path}' cannot be read as an Arrow file: at byte {Start}, {problem}. The file is damaged or has another format."));

    private DatasetException Incomplete(string problem) => new(string.Create(CultureInfo.InvariantCulture,
        $"'{_file.Path}' is incomplete: {problem}. It has {_file.Length} bytes. The program that wrote the file was interrupted or did "
        + $"not close its writer, or the file was not copied completely. Write or copy the file again."));

    private int Int32(long position)
    {
        if (position > _end - 4)
            throw Incomplete("it has no end-of-stream marker");
        Span<byte> bytes = stackalloc byte[4];
        _file.ReadMetadata(position, bytes);
        return BinaryPrimitives.ReadInt32LittleEndian(bytes);
    }

    private bool IsMagic(long position)
    {
        if (position + Magic.Length > _file.Length)
            return false;
        var bytes = new byte[Magic.Length];
        _file.ReadMetadata(position, bytes);
        return bytes.AsSpan().SequenceEqual(Magic);
    }
}
