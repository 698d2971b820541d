using System.Text;

namespace PeftSharp.Tokenization;

/// <summary>The operator <c>%</c> of strings: <c>"%s has %d items" % (name, count)</c>.</summary>
internal static class JinjaPercentFormat
{
    /// <exception cref="JinjaFault">The arguments do not fit the format.</exception>
    internal static string Of(JinjaRun run, string format, object? arguments)
    {
        var text = new StringBuilder();
        var values = arguments is JinjaTuple tuple ? tuple.Items : [arguments];
        var next = 0;
        for (var i = 0; i < format.Length; i++)
        {
            if (format[i] != '%')
            {
                text.Append(format[i]);
                continue;
            }
            i++;
            object? named = JinjaFrame.Missing;
            if (i < format.Length && format[i] == '(')
            {
                var close = format.IndexOf(')', i);
                if (close < 0 || arguments is not JinjaDict dict)
                    throw new JinjaFault("A format with names needs a dictionary.");
                named = dict.TryGet(format[(i + 1)..close], out var value)
                    ? value
                    : throw new JinjaFault($"The format needs the value '{format[(i + 1)..close]}'.");
                i = close + 1;
            }
            var spec = ReadSpec(run, format, ref i, () => Next(values, ref next));
            if (i >= format.Length)
                throw new JinjaFault("The format ends after '%'.");
            if (format[i] == '%')
                text.Append('%');
            else
                text.Append(Convert(run, format[i], spec, named == JinjaFrame.Missing ? Next(values, ref next) : named));
            run.RequireSize(text.Length);
        }
        if (next < values.Length && arguments is not JinjaDict)
            throw new JinjaFault("The format has fewer placeholders than arguments.");
        run.Charge(text.Length);
        return text.ToString();
    }

    private static object? Next(object?[] values, ref int next) => next < values.Length
        ? values[next++]
        : throw new JinjaFault("The format has more placeholders than arguments.");

    private static JinjaFormatSpec ReadSpec(JinjaRun run, string format, ref int i, Func<object?> star)
    {
        var spec = new JinjaFormatSpec { Align = '>' };
        for (; i < format.Length && "-+ 0#".Contains(format[i]); i++)
            spec = format[i] switch
            {
                '-' => spec with { Align = '<' },
                '0' => spec with { Fill = '0' },
                '#' => throw JinjaFault.Unsupported("The flag '#' of a format is not supported."),
                var sign => spec with { Sign = spec.Sign == '+' ? '+' : sign },
            };
        spec = spec with { Width = Number(run, format, ref i, star) ?? 0 };
        if (spec.Width < 0)
            spec = spec with { Width = -spec.Width, Align = '<' };
        if (i < format.Length && format[i] == '.')
        {
            i++;
            spec = spec with { Precision = Number(run, format, ref i, star) ?? 0 };
        }
        while (i < format.Length && format[i] is 'h' or 'l' or 'L')
            i++;
        return spec.Align == '<' ? spec with { Fill = ' ' } : spec.Fill == '0' ? spec with { Align = '=' } : spec;
    }

    private static int? Number(JinjaRun run, string format, ref int i, Func<object?> star)
    {
        if (i < format.Length && format[i] == '*')
        {
            i++;
            return JinjaNumbers.ToInt(star());
        }
        return JinjaFormatSpec.ReadNumber(run, format, ref i);
    }

    private static string Convert(JinjaRun run, char kind, JinjaFormatSpec spec, object? value) => kind switch
    {
        's' => spec.OfText(run, JinjaRepr.Str(run, value)),
        'r' => spec.OfText(run, JinjaRepr.Repr(run, value)),
        'c' => spec.OfText(run, value is string character ? character : char.ConvertFromUtf32(JinjaNumbers.ToInt(value))),
        'd' or 'i' or 'u' => spec.OfNumber(run, Integer(value), 'd'),
        'x' or 'X' or 'o' => spec.OfNumber(run, JinjaNumbers.ToLong(value), kind),
        'f' or 'F' or 'e' or 'E' or 'g' or 'G' => spec.OfNumber(run, JinjaNumbers.Is(value)
            ? JinjaNumbers.ToDouble(value!)
            : throw new JinjaFault($"%{kind} needs a number, but the value has the type {JinjaTypes.Name(value)}."), kind),
        _ => throw JinjaFault.Unsupported($"The placeholder '%{kind}' is not supported."),
    };

    private static object Integer(object? value) => value is double number && double.IsFinite(number)
        ? JinjaNumbers.Narrow(new System.Numerics.BigInteger(number))
        : JinjaNumbers.IsInteger(value) ? value is bool ? JinjaNumbers.ToLong(value) : value!
        : throw new JinjaFault($"%d needs a number, but the value has the type {JinjaTypes.Name(value)}.");
}
