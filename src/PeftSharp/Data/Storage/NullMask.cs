using System.Collections;

namespace PeftSharp.Data;

/// <summary>Which values of a column are null.</summary>
internal abstract class NullMask
{
    /// <summary>Whether the value with an index is null.</summary>
    internal abstract bool this[int index] { get; }

    internal static NullMask? Of(BitArray? nulls) => nulls is null ? null : new InMemory(nulls);

    private sealed class InMemory(BitArray nulls) : NullMask
    {
        internal override bool this[int index] => nulls[index];
    }
}
