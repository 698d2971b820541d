using System.Globalization;

namespace PeftSharp.Data;

/// <summary>Converts the values of a column to another type, and says in which row that cannot be done without loss.</summary>
internal static class ColumnCast
{
    internal static Column Cast(Column column, Feature target)
    {
        if (column.Feature == target)
            return column;
        if (target is ClassLabel && column.Feature is Value { Dtype: "int64" } && FirstOutside(column, (ClassLabel)target) is null)
            return column.As(target);
        var builder = new ColumnBuilder();
        for (var row = 0; row < column.Count; row++)
        {
            var value = column[row];
            try
            {
                builder.Add(Convert(value, target));
            }
            catch (Exception error) when (error is FormatException or InvalidCastException or OverflowException or ArgumentException or TypeMismatchException)
            {
                throw new DatasetException($"Column '{column.Name}', row {row}: '{Show(value)}' ({column.Feature}) cannot be converted to {target}. {error.Message}", error);
            }
        }
        return new Column(column.Name, target, builder.Build(), RowIndex.All(column.Count));
    }

    private static int? FirstOutside(Column column, ClassLabel label)
    {
        for (var row = 0; row < column.Count; row++)
            if (!column.IsNull(row) && column.Int64(row) is var number && (number < ClassLabel.Unlabelled || number >= label.NumClasses))
                return row;
        return null;
    }

    private static object? Convert(object? value, Feature target) => (target, value) switch
    {
        (_, null) => null,
        (Sequence sequence, System.Collections.IEnumerable items and not string) => items.Cast<object?>().Select(item => Convert(item, sequence.Element)).ToArray(),
        (Struct record, IReadOnlyDictionary<string, object?> fields) => new OrderedDictionary<string, object?>(
            record.Fields.Select(field => KeyValuePair.Create(field.Key, Convert(fields.GetValueOrDefault(field.Key), field.Value)))),
        (ClassLabel label, string name) => label.Str2Int(name),
        (ClassLabel label, _) => Whole(value) is ClassLabel.Unlabelled ? ClassLabel.Unlabelled : label.Str2Int(label.Int2Str(Whole(value))),
        (Value { Dtype: "int64" }, _) => Whole(value),
        (Value { Dtype: "int32" }, _) => checked((int)Whole(value)),
        (Value { Dtype: "float64" }, _) => Fraction(value),
        (Value { Dtype: "float32" }, _) => (float)Fraction(value),
        (Value { Dtype: "bool" }, bool truth) => truth,
        (Value { Dtype: "bool" }, string text) => bool.Parse(text),
        (Value { Dtype: "bool" }, long or int) => Whole(value) is 0 or 1 ? Whole(value) == 1 : throw new FormatException("Only 0 and 1 are truth values."),
        (Value { Dtype: "string" }, string or long or int or double or float or bool) => Show(value),
        (Value { Dtype: "timestamp" }, DateTime) or (Value { Dtype: "binary" }, byte[]) => value,
        _ => throw new InvalidCastException("There is no such conversion."),
    };

    private static long Whole(object value) => value switch
    {
        string text => long.Parse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture),
        double or float when Fraction(value) is var number => number == Math.Floor(number) ? checked((long)number) : throw new FormatException("It has a fraction."),
        long or int or bool => System.Convert.ToInt64(value, CultureInfo.InvariantCulture),
        _ => throw new InvalidCastException("It is no number."),
    };

    private static double Fraction(object value) => value switch
    {
        string text => double.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture),
        long or int or double or float or bool => System.Convert.ToDouble(value, CultureInfo.InvariantCulture),
        _ => throw new InvalidCastException("It is no number."),
    };

    private static string Show(object? value) => value switch
    {
        null => "null",
        bool truth => truth ? "true" : "false",
        IFormattable formattable => formattable.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString()!,
    };
}
