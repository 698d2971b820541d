namespace PeftSharp.Data;

/// <summary>The position of each list among all items, or of each text among all bytes.</summary>
internal abstract class ListOffsets
{
    /// <summary>The number of lists.</summary>
    internal abstract int Count { get; }

    /// <summary>The first item of a list and the number of its items.</summary>
    internal abstract (long Start, int Count) this[int index] { get; }

    /// <summary>The mapped file that contains the offsets, and their position in it; null: they are in memory.</summary>
    internal virtual (MappedDataFile File, long Position)? Location => null;

    /// <param name="offsets">List i has the items [offsets[i], offsets[i + 1]).</param>
    internal static ListOffsets Of(int[] offsets) => new InMemory(offsets);

    private sealed class InMemory(int[] offsets) : ListOffsets
    {
        internal override int Count => offsets.Length - 1;

        internal override (long Start, int Count) this[int index] => (offsets[index], offsets[index + 1] - offsets[index]);
    }
}
