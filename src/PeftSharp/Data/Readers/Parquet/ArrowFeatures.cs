using Apache.Arrow;
using Apache.Arrow.Types;
using ParquetSharp;

namespace PeftSharp.Data;

/// <summary>
/// Converts Arrow types to column types, for columns without values. <see cref="ArrowColumn"/> converts columns with values.
/// </summary>
internal static class ArrowFeatures
{
    internal static Feature Of(IArrowType type, LogicalTypeEnum[]? leafTypes)
    {
        var leaf = 0;
        return Build(type);

        Feature Build(IArrowType node) => node switch
        {
            ListType list => new Sequence(Build(list.ValueDataType)),
            LargeListType list => new Sequence(Build(list.ValueDataType)),
            FixedSizeListType list => new Sequence(Build(list.ValueDataType)),
            MapType map => new Sequence(Build(map.KeyValueType)),
            StructType record => new Struct(new OrderedDictionary<string, Feature>(
                record.Fields.Select(field => KeyValuePair.Create(field.Name, Build(field.DataType))))),
            ExtensionType extension => Build(extension.StorageType),
            _ => new Value(Dtype(node, leafTypes?[leaf++] ?? LogicalTypeEnum.None)),
        };
    }

    private static string Dtype(IArrowType type, LogicalTypeEnum leaf) => type.TypeId switch
    {
        ArrowTypeId.Null => "null",
        ArrowTypeId.Boolean => "bool",
        ArrowTypeId.Int8 or ArrowTypeId.Int16 or ArrowTypeId.Int32 or ArrowTypeId.UInt8 or ArrowTypeId.UInt16 => "int32",
        ArrowTypeId.Int64 or ArrowTypeId.UInt32 or ArrowTypeId.UInt64 => "int64",
        ArrowTypeId.HalfFloat or ArrowTypeId.Float => "float32",
        ArrowTypeId.Double => "float64",
        ArrowTypeId.Date32 or ArrowTypeId.Date64 or ArrowTypeId.Timestamp => "timestamp",
        ArrowTypeId.Time32 or ArrowTypeId.Time64 => "time",
        ArrowTypeId.Duration => "duration",
        ArrowTypeId.Decimal128 or ArrowTypeId.Decimal256 => "decimal",
        ArrowTypeId.String or ArrowTypeId.LargeString or ArrowTypeId.StringView => "string",
        ArrowTypeId.Dictionary => Dtype(((DictionaryType)type).ValueType, leaf),
        ArrowTypeId.Binary or ArrowTypeId.LargeBinary or ArrowTypeId.BinaryView => ArrowValues.IsText(leaf) ? "string" : "binary",
        ArrowTypeId.FixedSizedBinary => leaf == LogicalTypeEnum.Uuid ? "string" : "binary",
        _ => throw new DatasetException($"The type {type.Name} is not supported."),
    };
}
