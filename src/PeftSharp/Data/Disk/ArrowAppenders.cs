using Apache.Arrow.Types;

namespace PeftSharp.Data;

/// <summary>Creates the object that collects the values of a column type.</summary>
internal static class ArrowAppenders
{
    /// <exception cref="DatasetException">The type cannot be stored.</exception>
    internal static ArrowAppender Create(Feature feature) => feature switch
    {
        ClassLabel or Value { Dtype: "int64" } => new PrimitiveAppender<long>(Int64Type.Default),
        Value { Dtype: "int32" } => new PrimitiveAppender<int>(Int32Type.Default),
        Value { Dtype: "float64" } => new PrimitiveAppender<double>(DoubleType.Default),
        Value { Dtype: "float32" } => new PrimitiveAppender<float>(FloatType.Default),
        Value { Dtype: "bool" } => new BooleanAppender(),
        Value { Dtype: "string" } => new TextAppender(),
        Value { Dtype: "binary" } => new BinaryAppender(),
        Value { Dtype: "decimal" } => new DecimalAppender(),
        Value { Dtype: "timestamp" } => Timestamps(),
        Value { Dtype: "time" } => new TimeAppender<TimeOnly>(value => value.Ticks, unit => new Time64Type(unit)),
        Value { Dtype: "duration" } => new TimeAppender<TimeSpan>(value => value.Ticks, DurationType.FromTimeUnit),
        Sequence sequence => new ListAppender(Create(sequence.Element)),
        Struct { Fields.Count: 0 } => throw new DatasetException(
            "A column contains structs without fields, which cannot be saved. Remove the column or add a field."),
        Struct record => new StructAppender(new OrderedDictionary<string, ArrowAppender>(
            record.Fields.Select(field => KeyValuePair.Create(field.Key, Create(field.Value))), StringComparer.Ordinal)),
        _ => new NullAppender(),
    };

    /// <summary>
    /// A column of dates has the time zone UTC if all values are in UTC, and no time zone if the kind of all values is unspecified. Reading
    /// follows the same rule.
    /// </summary>
    private static TimeAppender<DateTime> Timestamps()
    {
        bool? isUtc = null;
        return new(
            value =>
            {
                isUtc ??= value.Kind == DateTimeKind.Utc;
                return isUtc == (value.Kind == DateTimeKind.Utc)
                    ? value.Ticks - DateTime.UnixEpoch.Ticks
                    : throw new DatasetException("The column contains dates and times in UTC and others without a time zone, such as "
                        + $"{ValueText.Of(value)}. A saved column has one time zone: convert the values with Map.");
            },
            unit => new TimestampType(unit, isUtc == true ? "UTC" : null),
            type => isUtc = type is TimestampType { Timezone.Length: > 0 } ? true : isUtc);
    }
}
