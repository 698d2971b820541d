using System.Text.Json.Nodes;
using Apache.Arrow.Types;

namespace PeftSharp.Data;

/// <summary>Converts column types to JSON, as <c>Features.to_dict</c> of version 4 and later of <c>datasets</c> does.</summary>
internal static class FeatureJson
{
    /// <param name="feature">The type of the column.</param>
    /// <param name="stored">The type of the stored values, which contains the unit of times and the digits of decimals.</param>
    internal static JsonObject Of(Feature feature, IArrowType stored) => (feature, stored) switch
    {
        (ClassLabel label, _) => new()
        {
            ["names"] = new JsonArray([.. label.Names.Select(name => JsonValue.Create(name))]),
            ["_type"] = "ClassLabel",
        },
        (Sequence sequence, ListType list) => new()
        {
            ["feature"] = Of(sequence.Element, list.ValueDataType),
            ["_type"] = "List",
        },
        (Struct record, StructType fields) => new(fields.Fields.Select(
            field => KeyValuePair.Create(field.Name, (JsonNode?)Of(record.Fields[field.Name], field.DataType)))),
        _ => new() { ["dtype"] = Dtype(stored), ["_type"] = "Value" },
    };

    private static string Dtype(IArrowType type) => type switch
    {
        TimestampType { Timezone: { Length: > 0 } zone } timestamp => $"timestamp[{Unit(timestamp.Unit)}, tz={zone}]",
        TimestampType timestamp => $"timestamp[{Unit(timestamp.Unit)}]",
        Time64Type time => $"time64[{Unit(time.Unit)}]",
        DurationType duration => $"duration[{Unit(duration.Unit)}]",
        Decimal128Type number => $"decimal128({number.Precision}, {number.Scale})",
        Decimal256Type number => $"decimal256({number.Precision}, {number.Scale})",
        DoubleType => "float64",
        FloatType => "float32",
        StringType => "string",
        _ => type.Name,                                          // int64, int32, bool, binary, null
    };

    private static string Unit(TimeUnit unit) => unit == TimeUnit.Nanosecond ? "ns" : "us";
}
