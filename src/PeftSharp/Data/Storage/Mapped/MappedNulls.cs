namespace PeftSharp.Data;

/// <summary>Which values are null, from the validity bitmap of an Arrow array: a bit is 1 if the value is not null.</summary>
internal sealed class MappedNulls(MappedBuffer validity) : NullMask
{
    internal override bool this[int index] => !validity.Bit(index);
}
