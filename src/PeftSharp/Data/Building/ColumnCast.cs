using System.Globalization;
using System.Text.RegularExpressions;
using PeftSharp.Internal;

namespace PeftSharp.Data;

/// <summary>
/// Converts the values of a column to another type. If a value cannot be converted, the message of the exception contains its row.
/// </summary>
internal static partial class ColumnCast
{
    internal static Column Cast(Column column, Feature target)
    {
        if (column.Feature == target)
            return column;
        if (target is ClassLabel label && column.Feature is Value { Dtype: "int64" } && FirstOutside(column, label) is null)
            return column.WithFeature(target);
        var builder = new ColumnBuilder();
        for (var row = 0; row < column.Count; row++)
        {
            var value = column[row];
            try
            {
                builder.Add(Convert(value, target));
            }
            catch (Exception error) when (error is FormatException or InvalidCastException or OverflowException or ArgumentException
                or TypeMismatchException)
            {
                throw new DatasetException(
                    $"Column '{column.Name}', row {row}: '{ValueText.Of(value)}' ({column.Feature}) cannot be converted to {target}. "
                    + ErrorText.Of(error), error);
            }
        }
        return new Column(column.Name, target, builder.Build(), RowIndex.All(column.Count))
        {
            IsNamedByFirstLine = column.IsNamedByFirstLine,
        };
    }

    private static int? FirstOutside(Column column, ClassLabel label)
    {
        for (var row = 0; row < column.Count; row++)
            if (!column.IsNull(row) && column.GetInt64(row) is var number && (number < ClassLabel.Unlabeled || number >= label.NumClasses))
                return row;
        return null;
    }

    private static object? Convert(object? value, Feature target) => (target, value) switch
    {
        (_, null) => null,
        (Sequence sequence, System.Collections.IEnumerable items and not (string or byte[] or IReadOnlyDictionary<string, object?>)) =>
            items.Cast<object?>().Select(item => Convert(item, sequence.Element)).ToArray(),
        (Struct record, IReadOnlyDictionary<string, object?> fields) => Record(record, fields),
        (ClassLabel label, string name) => label.Str2Int(name),
        (ClassLabel label, _) =>
            Integer(value) is ClassLabel.Unlabeled ? ClassLabel.Unlabeled : label.Str2Int(label.Int2Str(Integer(value))),
        (Value { Dtype: "int64" }, _) => Integer(value),
        (Value { Dtype: "int32" }, _) => checked((int)Integer(value)),
        (Value { Dtype: "float64" }, _) => Double(value),
        (Value { Dtype: "float32" }, _) => Single(value),
        (Value { Dtype: "decimal" }, _) => Decimal(value),
        (Value { Dtype: "bool" }, bool boolean) => boolean,
        (Value { Dtype: "bool" }, string text) => bool.Parse(text),
        (Value { Dtype: "bool" }, long or int) => Integer(value) is 0 or 1
            ? Integer(value) == 1
            : throw new FormatException("Only the integers 0 and 1 can be converted to bool."),
        (Value { Dtype: "string" }, string or long or int or double or float or decimal or bool or DateTime or TimeOnly or TimeSpan) =>
            ValueText.Of(value),
        (Value { Dtype: "timestamp" }, string text) => Time(text),
        (Value { Dtype: "time" }, string text) => TimeOnly.Parse(text, CultureInfo.InvariantCulture),
        (Value { Dtype: "duration" }, string text) => TimeSpan.ParseExact(text, "c", CultureInfo.InvariantCulture),
        (Value { Dtype: "timestamp" }, DateTime) or (Value { Dtype: "binary" }, byte[]) or (Value { Dtype: "time" }, TimeOnly)
            or (Value { Dtype: "duration" }, TimeSpan) => value,
        _ => throw new InvalidCastException("This conversion is not supported."),
    };

    private static OrderedDictionary<string, object?> Record(Struct record, IReadOnlyDictionary<string, object?> fields)
    {
        if (fields.Keys.FirstOrDefault(name => !record.Fields.ContainsKey(name)) is { } missing)
            throw new InvalidCastException(
                $"The target type has no field '{missing}'. Include all fields: {string.Join(", ", fields.Keys)}.");
        return new(
            record.Fields.Select(field => KeyValuePair.Create(field.Key, Convert(fields.GetValueOrDefault(field.Key), field.Value))));
    }

    private static long Integer(object value) => value switch
    {
        string text => long.Parse(text, NumberStyles.Integer, CultureInfo.InvariantCulture),
        double or float when Double(value) is var number =>
            number == Math.Floor(number) ? checked((long)number) : throw new FormatException("The value is not an integer."),
        decimal number =>
            number == decimal.Truncate(number) ? checked((long)number) : throw new FormatException("The value is not an integer."),
        long or int or bool => System.Convert.ToInt64(value, CultureInfo.InvariantCulture),
        _ => throw new InvalidCastException("The value is not a number."),
    };

    private static double Double(object value) => value switch
    {
        string text when long.TryParse(text, NumberStyles.Integer, CultureInfo.InvariantCulture, out var integer) => Double(integer),
        string text => ParseDouble(text),
        long integer =>
            NumberCopy.IsExact(integer, integer) ? integer : throw new OverflowException("float64 cannot represent this integer exactly."),
        decimal number => NumberCopy.ToDouble(number),
        int or double or float or bool => System.Convert.ToDouble(value, CultureInfo.InvariantCulture),
        _ => throw new InvalidCastException("The value is not a number."),
    };

    /// <remarks>double.Parse returns infinity for a number that is out of range.</remarks>
    private static double ParseDouble(string text)
    {
        var number = double.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture);
        return double.IsInfinity(number) && text.AsSpan().ContainsAnyInRange('0', '9')
            ? throw new OverflowException("The value is out of the range of float64.")
            : number;
    }

    private static float Single(object value)
    {
        var number = Double(value);
        if (value is long or int && !NumberCopy.IsExact(System.Convert.ToInt64(value, CultureInfo.InvariantCulture), (float)number))
            throw new OverflowException("float32 cannot represent this integer exactly.");
        return float.IsInfinity((float)number) && !double.IsInfinity(number)
            ? throw new OverflowException("The value is out of the range of float32.")
            : (float)number;
    }

    private static decimal Decimal(object value) => value switch
    {
        string text => ExactDecimal(text),
        long or int or bool => System.Convert.ToDecimal(value, CultureInfo.InvariantCulture),
        decimal number => number,
        double or float => ExactDecimal(ValueText.Of(value)),
        _ => throw new InvalidCastException("The value is not a number."),
    };

    /// <remarks>decimal.Parse rounds numbers with more than 28 digits.</remarks>
    private static decimal ExactDecimal(string text)
    {
        var number = decimal.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture);
        var digits = text.AsSpan().Trim().TrimStart("+-").TrimStart("0.").ToString().Split('e', 'E')[0].Count(char.IsAsciiDigit);
        return digits <= 28
            ? number
            : throw new OverflowException("The value has more than 28 digits, which System.Decimal may not represent exactly.");
    }

    /// <summary>Parses ISO 8601. A text with a time zone is converted to UTC; without a time zone, the kind is unspecified.</summary>
    private static DateTime Time(string text)
    {
        if (!IsoDate().IsMatch(text))
            throw new FormatException("The value is not an ISO 8601 date or time, such as 2024-03-31 or 2024-03-31T08:30:00Z.");
        var time = DateTime.Parse(text, CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind | DateTimeStyles.AllowWhiteSpaces);
        return time.Kind == DateTimeKind.Local ? time.ToUniversalTime() : time;
    }

    [GeneratedRegex(
        @"^\s*\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}(\.\d{1,7})?)?(Z|[+-]\d{2}:?\d{2})?)?\s*$", RegexOptions.CultureInvariant)]
    private static partial Regex IsoDate();
}
