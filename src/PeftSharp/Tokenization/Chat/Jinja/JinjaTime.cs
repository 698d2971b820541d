using System.Globalization;
using System.Text;

namespace PeftSharp.Tokenization;

/// <summary>The function <c>strftime_now</c>: the time, formatted like Python's <c>strftime</c> with English names.</summary>
internal static class JinjaTime
{
    /// <exception cref="JinjaFault">The format contains a code that is not supported.</exception>
    internal static string Format(JinjaRun run, string format)
    {
        var text = new StringBuilder();
        for (var i = 0; i < format.Length; i++)
        {
            if (format[i] != '%' || i + 1 == format.Length)
            {
                text.Append(format[i]);
                continue;
            }
            var isUnpadded = format[i + 1] == '-' && i + 2 < format.Length;
            i += isUnpadded ? 2 : 1;
            var field = Field(run.Now, format[i]);
            text.Append(isUnpadded ? field.TrimStart('0', ' ') is { Length: > 0 } shorter ? shorter : "0" : field);
        }
        run.Allocate(text.Length);
        return text.ToString();
    }

    private static string Field(DateTime now, char code) => code switch
    {
        '%' => "%",
        'a' => Text(now, "ddd"),
        'A' => Text(now, "dddd"),
        'b' or 'h' => Text(now, "MMM"),
        'B' => Text(now, "MMMM"),
        'd' => Text(now, "dd"),
        'e' => $"{now.Day,2}",
        'm' => Text(now, "MM"),
        'y' => Text(now, "yy"),
        'Y' => Text(now, "yyyy"),
        'H' => Text(now, "HH"),
        'I' => Text(now, "hh"),
        'M' => Text(now, "mm"),
        'S' => Text(now, "ss"),
        'f' => Text(now, "ffffff"),
        'p' => now.Hour < 12 ? "AM" : "PM",
        'j' => now.DayOfYear.ToString("000", CultureInfo.InvariantCulture),
        'u' => now.DayOfWeek == DayOfWeek.Sunday ? "7" : ((int)now.DayOfWeek).ToString(CultureInfo.InvariantCulture),
        'w' => ((int)now.DayOfWeek).ToString(CultureInfo.InvariantCulture),
        'F' => Text(now, "yyyy-MM-dd"),
        'T' or 'X' => Text(now, "HH:mm:ss"),
        'D' or 'x' => Text(now, "MM/dd/yy"),
        'R' => Text(now, "HH:mm"),
        'c' => Text(now, "ddd MMM ") + $"{now.Day,2}" + Text(now, " HH:mm:ss yyyy"),
        'z' or 'Z' => "",                                           // the time has no time zone, as in transformers
        'n' => "\n",
        't' => "\t",
        _ => throw JinjaFault.Unsupported($"The code '%{code}' of strftime_now is not supported."),
    };

    private static string Text(DateTime now, string format) => now.ToString(format, CultureInfo.InvariantCulture);
}
