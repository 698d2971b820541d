using System.Globalization;

namespace PeftSharp.Internal;

/// <summary>Parses sizes in the notation of the Python libraries: <c>"50GB"</c>, <c>"200MB"</c>, <c>"1.5 KB"</c>. Units are powers of
/// 1000.</summary>
internal static class ByteSize
{
    private static readonly (string Unit, double Bytes)[] Units = [("TB", 1e12), ("GB", 1e9), ("MB", 1e6), ("KB", 1e3), ("", 1)];

    /// <exception cref="ArgumentException">The text is not a positive number, optionally with a unit.</exception>
    internal static long Parse(string text, string argument)
    {
        ArgumentNullException.ThrowIfNull(text, argument);
        var trimmed = text.Trim();
        var (unit, bytes) = Units.First(unit => trimmed.EndsWith(unit.Unit, StringComparison.OrdinalIgnoreCase));
        const NumberStyles style = NumberStyles.AllowDecimalPoint | NumberStyles.AllowTrailingWhite;
        var isNumber = double.TryParse(trimmed[..^unit.Length], style, CultureInfo.InvariantCulture, out var count);
        return isNumber && count * bytes is >= 1 and < long.MaxValue
            ? (long)(count * bytes)
            : throw new ArgumentException($"'{text}' is not a valid size. "
                + "Pass a positive number with TB, GB, MB or KB, such as \"5GB\", or a number of bytes.", argument);
    }
}
