using System.Globalization;

namespace PeftSharp.Serialization;

/// <summary>Sizes as the Python libraries write them: <c>"50GB"</c>, <c>"200MB"</c>, <c>"1.5 KB"</c>, powers of a thousand.</summary>
internal static class ByteSize
{
    private static readonly (string Unit, double Bytes)[] Units = [("TB", 1e12), ("GB", 1e9), ("MB", 1e6), ("KB", 1e3), ("", 1)];

    /// <exception cref="ArgumentException">The text is no positive number with one of the units, or with none for bytes.</exception>
    internal static long Parse(string text, string argument)
    {
        ArgumentNullException.ThrowIfNull(text, argument);
        var trimmed = text.Trim();
        var (unit, bytes) = Units.First(unit => trimmed.EndsWith(unit.Unit, StringComparison.OrdinalIgnoreCase));
        var isNumber = double.TryParse(trimmed[..^unit.Length], NumberStyles.AllowDecimalPoint | NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture, out var count);
        return isNumber && count * bytes is >= 1 and < long.MaxValue
            ? (long)(count * bytes)
            : throw new ArgumentException($"'{text}' is no size; a number above 0 with TB, GB, MB or KB is expected, such as \"5GB\", or a number of bytes.", argument);
    }
}
