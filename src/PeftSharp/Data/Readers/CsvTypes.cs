using System.Globalization;

namespace PeftSharp.Data;

/// <summary>Types of CSV columns by pandas' rules: int64 where every field is an integer, else float64, else bool, else text. Where float64 would lose digits of an integer, the column stays int64 or text.</summary>
internal static class CsvTypes
{
    /// <summary>pandas' default signs for an absent value.</summary>
    private static readonly HashSet<string> Absent = new(StringComparer.Ordinal)
    {
        "", "#N/A", "#N/A N/A", "#NA", "-1.#IND", "-1.#QNAN", "-NaN", "-nan", "1.#IND", "1.#QNAN", "<NA>", "N/A", "NA", "NULL", "NaN", "None", "n/a", "nan", "null",
    };

    private static readonly HashSet<string>.AlternateLookup<ReadOnlySpan<char>> AbsentSpan = Absent.GetAlternateLookup<ReadOnlySpan<char>>();

    internal static bool IsAbsent(string field) => field.Length <= 9 && AbsentSpan.Contains(field);

    /// <remarks>As in pandas, integers among which some are absent are float64; truth values among which some are absent stay bool.</remarks>
    internal static ColumnData Infer(List<string?> fields)
    {
        var complete = !fields.Contains(null);
        if (complete && TryParse<long>(fields, TryWhole) is { } wholes)
            return wholes;
        if (!fields.Any(field => field is not null && IsInexactWhole(field)))
        {
            if (TryParse<double>(fields, TryFraction) is { } fractions)
                return fractions;
        }
        else if (!complete && TryParse<long>(fields, TryWhole) is { } gaps)
            return gaps;
        return TryParse<bool>(fields, TryTruth) ?? (ColumnData)new ReferenceData<string>([.. fields]);
    }

    /// <summary>What pandas passes over around a number; a no-break space makes it text.</summary>
    private const string Blanks = " \t\n\v\f\r";

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

    /// <summary>Whether the field is an integer that float64 would round (identifiers, mostly).</summary>
    private static bool IsInexactWhole(string field) => field.Length > 15
        && (TryWhole(field, out var whole) ? !NumberCopy.IsExact(whole, whole) : field.AsSpan().Trim().TrimStart("+-").IndexOfAnyExceptInRange('0', '9') < 0);

    private static bool TryWhole(string text, out long value) =>
        long.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowLeadingWhite | NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture, out value)
        && !text.EndsWith('\0');                                // which .NET passes over

    private static bool TryFraction(string text, out double value)
    {
        var trimmed = text.AsSpan().Trim(Blanks);
        var unsigned = trimmed.TrimStart("+-");
        if (unsigned.Equals("inf", StringComparison.OrdinalIgnoreCase) || unsigned.Equals("infinity", StringComparison.OrdinalIgnoreCase))
        {
            value = trimmed[0] == '-' ? double.NegativeInfinity : double.PositiveInfinity;
            return true;
        }
        return double.TryParse(trimmed, NumberStyles.Float, CultureInfo.InvariantCulture, out value)
            && double.IsFinite(value) && !trimmed.Contains('\0');      // a number beyond float64 stays text
    }

    private static bool TryTruth(string text, out bool value)
    {
        value = text is "True" or "TRUE" or "true";
        return value || text is "False" or "FALSE" or "false";
    }
}
