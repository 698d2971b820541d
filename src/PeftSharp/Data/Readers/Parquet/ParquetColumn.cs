using ParquetSharp;
using ParquetSharp.Schema;

namespace PeftSharp.Data;

/// <summary>A top-level column of a Parquet file and its leaves (primitive columns).</summary>
/// <param name="Name">The name of the column.</param>
/// <param name="FirstLeaf">The index of the first leaf in the file.</param>
/// <param name="LeafTypes">The logical type of each leaf, in the order of the file.</param>
internal sealed record ParquetColumn(string Name, int FirstLeaf, LogicalTypeEnum[] LeafTypes)
{
    internal int[] LeafIndices => [.. Enumerable.Range(FirstLeaf, LeafTypes.Length)];

    internal static IReadOnlyList<ParquetColumn> Of(SchemaDescriptor schema)
    {
        var columns = new List<ParquetColumn>();
        var leaf = 0;
        foreach (var field in schema.GroupNode.Fields)
        {
            var count = Leaves(field);
            columns.Add(
                new ParquetColumn(field.Name, leaf, [.. Enumerable.Range(leaf, count).Select(i => schema.Column(i).LogicalType.Type)]));
            leaf += count;
        }
        return columns;
    }

    private static int Leaves(Node node) => node is GroupNode group ? group.Fields.Sum(Leaves) : 1;
}
