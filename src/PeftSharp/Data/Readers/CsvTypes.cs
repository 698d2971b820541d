using System.Globalization;

namespace PeftSharp.Data;

/// <summary>
/// Infers the types of CSV columns by the rules of pandas: int64 if all fields are integers, otherwise float64, bool or string. In contrast
/// to pandas, a column with integers that float64 cannot represent exactly is int64 or string.
/// </summary>
internal static class CsvTypes
{
    /// <summary>The default NA values of pandas.</summary>
    private static readonly HashSet<string> NaValues = new(StringComparer.Ordinal)
    {
        "", "#N/A", "#N/A N/A", "#NA", "-1.#IND", "-1.#QNAN", "-NaN", "-nan", "1.#IND", "1.#QNAN", "<NA>", "N/A", "NA", "NULL", "NaN",
        "None", "n/a", "nan", "null",
    };

    private static readonly HashSet<string>.AlternateLookup<ReadOnlySpan<char>> NaLookup =
        NaValues.GetAlternateLookup<ReadOnlySpan<char>>();

    internal static bool IsNa(string field) => field.Length <= 9 && NaLookup.Contains(field);

    /// <remarks>As in pandas, a column of integers and nulls is float64; a column of booleans and nulls is bool.</remarks>
    internal static ColumnData Infer(List<string?> fields)
    {
        var complete = !fields.Contains(null);
        if (complete && TryParse<long>(fields, TryInteger) is { } integers)
            return integers;
        if (!fields.Any(field => field is not null && IsInexactInteger(field)))
        {
            if (TryParse<double>(fields, TryDouble) is { } doubles)
                return doubles;
        }
        else if (!complete && TryParse<long>(fields, TryInteger) is { } nullableIntegers)
            return nullableIntegers;
        return TryParse<bool>(fields, TryBoolean) ?? (ColumnData)new ReferenceArrayData<string>([.. fields]);
    }

    /// <summary>Parses fields as a known type.</summary>
    /// <returns>Null if a field cannot be parsed, or fields of this type are not inferred.</returns>
    internal static ColumnData? Parse(List<string?> fields, Feature type) => type switch
    {
        Value { Dtype: "int64" } => TryParse<long>(fields, TryInteger),
        Value { Dtype: "float64" } => TryParse<double>(fields, TryDouble),
        Value { Dtype: "bool" } => TryParse<bool>(fields, TryBoolean),
        Value { Dtype: "string" } => new ReferenceArrayData<string>([.. fields]),
        _ => null,
    };

    /// <summary>The white space that pandas ignores around a number. It does not include the no-break space.</summary>
    private const string WhiteSpace = " \t\n\v\f\r";

    private delegate bool Parser<T>(string text, out T value);

    private static ColumnData? TryParse<T>(List<string?> fields, Parser<T> parse) where T : struct
    {
        var store = new PrimitiveStore<T>();
        foreach (var field in fields)
            if (field is null)
                store.AddNull();
            else if (parse(field, out var value))
                store.Add(value);
            else
                return null;
        return store.Build();
    }

    /// <summary>Returns whether the field is an integer that float64 would round, such as a long identifier.</summary>
    private static bool IsInexactInteger(string field) => field.Length > 15
        && (TryInteger(field, out var integer)
            ? !NumberCopy.IsExact(integer, integer)
            : field.AsSpan().Trim().TrimStart("+-").IndexOfAnyExceptInRange('0', '9') < 0);

    private static bool TryInteger(string text, out long value) =>
        long.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowLeadingWhite | NumberStyles.AllowTrailingWhite,
            CultureInfo.InvariantCulture, out value)
        && !text.EndsWith('\0');                                // .NET ignores trailing null characters

    private static bool TryDouble(string text, out double value)
    {
        var trimmed = text.AsSpan().Trim(WhiteSpace);
        var unsigned = trimmed.TrimStart("+-");
        if (unsigned.Equals("inf", StringComparison.OrdinalIgnoreCase) || unsigned.Equals("infinity", StringComparison.OrdinalIgnoreCase))
        {
            value = trimmed[0] == '-' ? double.NegativeInfinity : double.PositiveInfinity;
            return true;
        }
        return double.TryParse(trimmed, NumberStyles.Float, CultureInfo.InvariantCulture, out value)
            && double.IsFinite(value) && !trimmed.Contains('\0');      // a column with numbers out of the range of float64 is string
    }

    private static bool TryBoolean(string text, out bool value)
    {
        value = text is "True" or "TRUE" or "true";
        return value || text is "False" or "FALSE" or "false";
    }
}
