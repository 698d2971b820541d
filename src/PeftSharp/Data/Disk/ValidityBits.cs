using Apache.Arrow;

namespace PeftSharp.Data;

/// <summary>The validity bitmap of an Arrow array that is being built. It is empty as long as no value is null.</summary>
internal sealed class ValidityBits
{
    private byte[] _bits = [];

    internal int Count { get; private set; }

    internal int NullCount { get; private set; }

    internal void Append(bool isValid, int count)
    {
        if (!isValid && count > 0 && NullCount == 0)
            Set(0, Count);
        if (isValid && NullCount > 0)
            Set(Count, count);
        Count += count;
        if (!isValid)
            NullCount += count;
    }

    internal ArrowBuffer Buffer()
    {
        if (NullCount == 0)
            return ArrowBuffer.Empty;
        Reserve(Count);
        return new ArrowBuffer(_bits.AsMemory(0, (Count + 7) / 8));
    }

    internal void Clear()
    {
        (Count, NullCount) = (0, 0);
        System.Array.Clear(_bits);
    }

    private void Set(int start, int count)
    {
        Reserve(start + count);
        for (var i = start; i < start + count; i++)
            _bits[i >> 3] |= (byte)(1 << (i & 7));
    }

    private void Reserve(int count)
    {
        if (_bits.Length < (count + 7) / 8)
            System.Array.Resize(ref _bits, Math.Max((count + 7) / 8, 2 * _bits.Length));
    }
}
