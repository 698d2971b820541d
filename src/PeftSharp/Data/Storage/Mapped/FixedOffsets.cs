namespace PeftSharp.Data;

/// <summary>The positions of lists or byte arrays of equal length.</summary>
internal sealed class FixedOffsets(int size, int count) : ListOffsets
{
    internal override int Count => count;

    internal override (long Start, int Count) this[int index] => ((long)index * size, size);
}
