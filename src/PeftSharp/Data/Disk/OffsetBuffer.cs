using System.Buffers;
using System.Runtime.InteropServices;
using Apache.Arrow;

namespace PeftSharp.Data;

/// <summary>The 32-bit offsets of an Arrow array that is being built.</summary>
internal sealed class OffsetBuffer
{
    private readonly ArrayBufferWriter<byte> _offsets = new();

    internal OffsetBuffer() => Clear();

    internal long Bytes => _offsets.WrittenCount;

    /// <summary>The offset after the last value.</summary>
    internal int End { get; private set; }

    /// <summary>Appends a value with a number of items or bytes.</summary>
    /// <exception cref="DatasetException">
    /// The values of the record batch have more than 2^31 - 1 items or bytes. A record batch is written when it reaches 4 MB, so one row is
    /// too large.
    /// </exception>
    internal void Append(int count)
    {
        if (count > int.MaxValue - End)
            throw new DatasetException(
                $"A row has values of more than {int.MaxValue} bytes or items, which cannot be saved. Split the row.");
        End += count;
        Write();
    }

    internal void Clear()
    {
        _offsets.ResetWrittenCount();
        End = 0;
        Write();
    }

    internal ArrowBuffer Buffer() => new(_offsets.WrittenMemory);

    private void Write()
    {
        var end = End;
        MemoryMarshal.Write(_offsets.GetSpan(4), in end);
        _offsets.Advance(4);
    }
}
