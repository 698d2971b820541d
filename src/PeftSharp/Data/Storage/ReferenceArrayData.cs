namespace PeftSharp.Data;

/// <summary>Strings or byte arrays in an array.</summary>
/// <remarks>Strings are stored as objects, not as UTF-8 bytes, so that each epoch returns the same strings without copying.</remarks>
internal sealed class ReferenceArrayData<T>(T?[] values) : ReferenceData<T> where T : class
{
    internal override int Count => values.Length;

    internal override bool HasNulls => true;

    internal override T? this[int index] => values[index];

    internal override bool IsNull(int index) => values[index] is null;
}
