using System.Globalization;
using System.Numerics;
using System.Text;
using PeftSharp.Internal;

namespace PeftSharp.Tokenization;

/// <summary>Formats values as Python's <c>str</c> and <c>repr</c> do.</summary>
internal static class JinjaRepr
{
    private const int MaxInMessage = 200;

    /// <summary>The text that a template prints for a value.</summary>
    internal static string Str(JinjaRun run, object? value)
    {
        switch (value)
        {
            case string text:
                return text;
            case JinjaSafeText safe:
                return safe.Text;
            case JinjaUndefined:
                return "";
            case null or bool or long or double or BigInteger:
                return Scalar(value);
            default:
                var result = new StringBuilder();
                Write(run, result, value);
                run.Charge(result.Length);
                return result.ToString();
        }
    }

    internal static string Repr(JinjaRun run, object? value)
    {
        var text = new StringBuilder();
        Write(run, text, value);
        run.Charge(text.Length);
        return text.ToString();
    }

    /// <summary>A short representation of a value in a message.</summary>
    internal static string Of(object? value) => value switch
    {
        string text => Quote(text.Length <= MaxInMessage ? text : text[..MaxInMessage] + "…"),
        null or bool or long or double or BigInteger => Scalar(value),
        _ => $"of the type {JinjaTypes.Name(value)}",
    };

    private static string Scalar(object? value) => value switch
    {
        null => "None",
        bool flag => flag ? "True" : "False",
        double number => PythonFloat.Repr(number),
        _ => ((IFormattable)value).ToString(null, CultureInfo.InvariantCulture),
    };

    private static void Write(JinjaRun run, StringBuilder text, object? value)
    {
        JinjaRun.RequireStack();
        run.RequireSize(text.Length);
        _ = value switch
        {
            string s => text.Append(Quote(s)),
            JinjaSafeText safe => text.Append("Markup(").Append(Quote(safe.Text)).Append(')'),
            null or bool or long or double or BigInteger => text.Append(Scalar(value)),
            JinjaUndefined => text.Append("Undefined"),
            List<object?> list => Join(run, text, "[", list, "]"),
            JinjaTuple tuple => Join(run, text, "(", tuple.Items, tuple.Items.Length == 1 ? ",)" : ")"),
            JinjaDict dict => WriteDict(run, text, dict),
            JinjaView view => Join(run, text, $"dict_{view.Name}([", view.Items, "])"),
            JinjaRange range => text.Append(CultureInfo.InvariantCulture,
                $"range({range.Start}, {range.Start + range.Count * range.Step}{(range.Step == 1 ? "" : $", {range.Step}")})"),
            _ => throw JinjaFault.Unsupported(
                $"{JinjaTypes.Describe(value)} cannot be printed"
                + (value is JinjaGenerator ? ". Convert it to a list with the filter 'list'." : ".")),
        };
    }

    private static StringBuilder Join(JinjaRun run, StringBuilder text, string open, IEnumerable<object?> items, string close)
    {
        text.Append(open);
        var first = true;
        foreach (var item in items)
        {
            text.Append(first ? "" : ", ");
            first = false;
            Write(run, text, item);
        }
        return text.Append(close);
    }

    private static StringBuilder WriteDict(JinjaRun run, StringBuilder text, JinjaDict dict)
    {
        text.Append('{');
        var first = true;
        foreach (var (key, value) in dict.Items)
        {
            text.Append(first ? "" : ", ");
            first = false;
            Write(run, text, key);
            text.Append(": ");
            Write(run, text, value);
        }
        return text.Append('}');
    }

    /// <summary>
    /// Returns the representation of a string: in single quotation marks, or in double quotation marks if the string contains single but no
    /// double quotation marks.
    /// </summary>
    internal static string Quote(string value)
    {
        var mark = value.Contains('\'') && !value.Contains('"') ? '"' : '\'';
        var text = new StringBuilder(value.Length + 2).Append(mark);
        for (var i = 0; i < value.Length;)
        {
            var unit = value[i];
            if (unit == mark || unit == '\\')
            {
                text.Append('\\').Append(unit);
                i++;
                continue;
            }
            i += AppendCharacter(text, value, i);
        }
        return text.Append(mark).ToString();
    }

    private static int AppendCharacter(StringBuilder text, string value, int index)
    {
        var isPair = char.IsHighSurrogate(value[index]) && index + 1 < value.Length && char.IsLowSurrogate(value[index + 1]);
        var code = isPair ? char.ConvertToUtf32(value[index], value[index + 1]) : value[index];
        _ = code switch
        {
            '\n' => text.Append("\\n"),
            '\r' => text.Append("\\r"),
            '\t' => text.Append("\\t"),
            _ when IsPrintable(code) => text.Append(value, index, isPair ? 2 : 1),
            < 0x100 => text.Append(CultureInfo.InvariantCulture, $"\\x{code:x2}"),
            < 0x10000 => text.Append(CultureInfo.InvariantCulture, $"\\u{code:x4}"),
            _ => text.Append(CultureInfo.InvariantCulture, $"\\U{code:x8}"),
        };
        return isPair ? 2 : 1;
    }

    /// <summary>Python's <c>str.isprintable</c> of a code point.</summary>
    internal static bool IsPrintable(int codePoint) => codePoint == ' ' || CharUnicodeInfo.GetUnicodeCategory(codePoint) is not (
        UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse
        or UnicodeCategory.OtherNotAssigned or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator
        or UnicodeCategory.SpaceSeparator);
}
