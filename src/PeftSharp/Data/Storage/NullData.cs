namespace PeftSharp.Data;

/// <summary>A column whose values are all null, so that its type is unknown.</summary>
internal sealed class NullData(int count) : ColumnData
{
    internal override int Count => count;

    internal override Feature Feature { get; } = new Value("null");

    internal override bool HasNulls => true;

    internal override bool IsNull(int index) => true;

    internal override object? Get(int index) => null;
}
