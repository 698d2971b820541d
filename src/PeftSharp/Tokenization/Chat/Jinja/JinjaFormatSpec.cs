using System.Globalization;
using System.Numerics;

namespace PeftSharp.Tokenization;

/// <summary>How a value is formatted: the part after the colon in <c>"{:>10.2f}"</c>.</summary>
internal sealed record JinjaFormatSpec
{
    internal char Fill { get; init; } = ' ';

    /// <summary>The alignment: <c>&lt;</c>, <c>&gt;</c>, <c>^</c>, or <c>=</c> for padding after the sign; null: by type.</summary>
    internal char? Align { get; init; }

    /// <summary>The sign of positive numbers: <c>+</c>, a space, or <c>-</c> for none.</summary>
    internal char Sign { get; init; } = '-';

    internal int Width { get; init; }

    internal int? Precision { get; init; }

    /// <summary>The separator of thousands; null: none.</summary>
    internal char? Grouping { get; init; }

    internal char? Kind { get; init; }

    /// <exception cref="JinjaFault">The specification is invalid or not supported.</exception>
    internal static JinjaFormatSpec Parse(JinjaRun run, string text)
    {
        var spec = new JinjaFormatSpec();
        var i = 0;
        if (text.Length > 1 && text[1] is '<' or '>' or '^' or '=')
            (spec, i) = (spec with { Fill = text[0], Align = text[1] }, 2);
        else if (text.Length > 0 && text[0] is '<' or '>' or '^' or '=')
            (spec, i) = (spec with { Align = text[0] }, 1);
        if (i < text.Length && text[i] is '+' or '-' or ' ')
            spec = spec with { Sign = text[i++] };
        if (i < text.Length && text[i] == '0' && spec.Align is null)
            (spec, i) = (spec with { Fill = '0', Align = '=' }, i + 1);
        spec = spec with { Width = ReadNumber(run, text, ref i) ?? 0 };
        if (i < text.Length && text[i] is ',' or '_')
            spec = spec with { Grouping = text[i++] };
        if (i < text.Length && text[i] == '.')
        {
            i++;
            spec = spec with
            {
                Precision = ReadNumber(run, text, ref i) ?? throw new JinjaFault($"The format '{text}' has no precision after '.'."),
            };
        }
        if (i < text.Length)
            spec = spec with { Kind = text[i++] };
        return i == text.Length ? spec : throw JinjaFault.Unsupported($"The format '{text}' is not supported.");
    }

    internal static int? ReadNumber(JinjaRun run, string text, ref int i)
    {
        var start = i;
        while (i < text.Length && char.IsAsciiDigit(text[i]))
            i++;
        if (i == start)
            return null;
        var number = long.TryParse(text.AsSpan(start, i - start), CultureInfo.InvariantCulture, out var value) ? value : long.MaxValue;
        run.RequireSize(number);
        return (int)number;
    }

    internal string Of(JinjaRun run, object? value) => value switch
    {
        string text when Kind is null or 's' => OfText(run, text),
        bool flag when Kind is null => this == new JinjaFormatSpec() ? JinjaRepr.Str(run, flag) : OfNumber(run, flag ? 1L : 0L, 'd'),
        _ when JinjaNumbers.Is(value) => OfNumber(run, value!, Kind),
        _ when this == new JinjaFormatSpec() => JinjaRepr.Str(run, value),
        _ => throw new JinjaFault($"A format for the type {JinjaTypes.Name(value)} is not supported."),
    };

    internal string OfText(JinjaRun run, string text)
    {
        if (Precision is { } limit && JinjaText.Length(text) > limit)
            text = text[..JinjaText.ToUnits(text, limit)];
        return Align == '='
            ? JinjaPadding.Pad(run, text, Width, ' ', "rjust")
            : JinjaPadding.Pad(run, text, Width, Fill, Align switch { '>' => "rjust", '^' => "^", _ => "ljust" });
    }

    /// <param name="run">The rendering.</param>
    /// <param name="value">A number.</param>
    /// <param name="kind">The type: <c>d</c>, <c>x</c>, <c>X</c>, <c>o</c>, <c>b</c>, <c>f</c>, <c>e</c>, <c>g</c> or <c>%</c>; null: by
    /// the value.</param>
    internal string OfNumber(JinjaRun run, object value, char? kind)
    {
        if (Precision is { } digits)
            run.RequireSize(digits);
        var isNegative = value switch
        {
            double number => double.IsNegative(number),
            BigInteger integer => integer.Sign < 0,
            _ => JinjaNumbers.ToLong(value) < 0,
        };
        var body = JinjaNumberText.Of(value, kind, Precision);
        if (Grouping is { } separator)
            body = Grouped(body, separator);
        var sign = isNegative ? "-" : Sign == '-' ? "" : Sign.ToString();
        return Align == '='
            ? sign + JinjaPadding.Pad(run, body, Width - sign.Length, Fill, "rjust")
            : JinjaPadding.Pad(run, sign + body, Width, Fill, Align switch { '<' => "ljust", '^' => "^", _ => "rjust" });
    }

    private static string Grouped(string body, char separator)
    {
        var end = body.AsSpan().IndexOfAnyExceptInRange('0', '9') is >= 0 and var at ? at : body.Length;
        for (var i = end - 3; i > 0; i -= 3)
            body = body.Insert(i, separator.ToString());
        return body;
    }
}
