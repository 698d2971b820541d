using System.Text;
using PeftSharp.Internal;

namespace PeftSharp.Tokenization;

/// <summary>The operators of expressions, as in Python.</summary>
internal static class JinjaOperators
{
    /// <exception cref="JinjaFault">The operator is not defined for the types.</exception>
    internal static object Binary(JinjaRun run, string symbol, object? left, object? right)
    {
        if (JinjaNumbers.Is(left) && JinjaNumbers.Is(right))
            return JinjaNumbers.Calculate(symbol, left!, right!);
        if (left is JinjaUndefined x)
            throw x.Fail();
        if (symbol == "%" && left is string format)
            return JinjaPercentFormat.Of(run, format, right);
        if (right is JinjaUndefined y)
            throw y.Fail();
        if (left is JinjaSafeText || right is JinjaSafeText)
            throw JinjaFault.Unsupported($"'{symbol}' is not supported for a text that a filter (safe, escape) marked as HTML.");
        return symbol switch
        {
            "+" => Add(run, left, right),
            "*" when JinjaNumbers.IsInteger(right) => Repeat(run, left, JinjaNumbers.ToInt(right)),
            "*" when JinjaNumbers.IsInteger(left) => Repeat(run, right, JinjaNumbers.ToInt(left)),
            _ => null,
        } ?? throw new JinjaFault(
            $"'{symbol}' is not defined for the types {JinjaTypes.Name(left)} and {JinjaTypes.Name(right)}.");
    }

    internal static object Unary(string symbol, object? value) => value switch
    {
        JinjaUndefined undefined => throw undefined.Fail(),
        _ when !JinjaNumbers.Is(value) => throw new JinjaFault($"'{symbol}' is not defined for the type {JinjaTypes.Name(value)}."),
        _ => symbol == "-" ? JinjaNumbers.Negate(value!) : value is bool flag ? flag ? 1L : 0L : value!,
    };

    /// <summary>Joins the texts of values: <c>a ~ b</c>.</summary>
    internal static string Concat(JinjaRun run, IEnumerable<object?> values)
    {
        var text = new StringBuilder();
        foreach (var value in values)
        {
            var part = JinjaRepr.Str(run, value);
            run.RequireSize((long)text.Length + part.Length);
            text.Append(part);
        }
        run.Charge(text.Length);
        return text.ToString();
    }

    internal static bool Compare(JinjaRun run, string symbol, object? left, object? right) => symbol switch
    {
        "==" => JinjaEquality.Equal(left, right),
        "!=" => !JinjaEquality.Equal(left, right),
        "in" => Contains(run, right, left),
        "not in" => !Contains(run, right, left),
        _ => Order(symbol, left, right) is { } order && symbol switch
        {
            "<" => order < 0,
            "<=" => order <= 0,
            ">" => order > 0,
            _ => order >= 0,
        },
    };

    /// <summary>Compares two values; null if one is NaN.</summary>
    /// <exception cref="JinjaFault">The values have no order.</exception>
    internal static int? Order(string symbol, object? left, object? right)
    {
        JinjaRun.RequireStack();
        if (left is JinjaUndefined x)
            throw x.Fail();
        if (right is JinjaUndefined y)
            throw y.Fail();
        if (JinjaNumbers.Is(left) && JinjaNumbers.Is(right))
            return JinjaNumbers.Compare(left!, right!);
        return (left, right) switch
        {
            (string or JinjaSafeText, string or JinjaSafeText) =>
                CodePointOrder.Instance.Compare(JinjaTypes.Text(left), JinjaTypes.Text(right)),
            (List<object?> a, List<object?> b) => Order(symbol, a, b),
            (JinjaTuple a, JinjaTuple b) => Order(symbol, a.Items, b.Items),
            _ => throw new JinjaFault(
                $"'{symbol}' is not defined for the types {JinjaTypes.Name(left)} and {JinjaTypes.Name(right)}."),
        };
    }

    internal static bool Contains(JinjaRun run, object? container, object? item)
    {
        if (container is string or JinjaSafeText)
        {
            var text = JinjaTypes.Text(container);
            JinjaRun.Scan(text.Length);
            return text.Contains(item is JinjaUndefined
                ? throw new JinjaFault("An undefined value cannot be searched in a string.")
                : JinjaTypes.Text(item), StringComparison.Ordinal);
        }
        if (container is JinjaDict dict)
            return dict.Contains(item);
        foreach (var element in JinjaTypes.Iterate(container))
        {
            run.Charge(1);
            if (JinjaEquality.Equal(element, item))
                return true;
        }
        return false;
    }

    private static int? Order(string symbol, IReadOnlyList<object?> left, IReadOnlyList<object?> right)
    {
        for (var i = 0; i < left.Count && i < right.Count; i++)
            if (!JinjaEquality.Equal(left[i], right[i]))
                return Order(symbol, left[i], right[i]);
        return left.Count.CompareTo(right.Count);
    }

    private static object? Add(JinjaRun run, object? left, object? right)
    {
        switch (left, right)
        {
            case (string x, string y):
                run.Allocate((long)x.Length + y.Length);
                return x + y;
            case (List<object?> x, List<object?> y):
                run.Allocate((long)x.Count + y.Count);
                return new List<object?>([.. x, .. y]);
            case (JinjaTuple x, JinjaTuple y):
                run.Allocate((long)x.Items.Length + y.Items.Length);
                return new JinjaTuple([.. x.Items, .. y.Items]);
            default:
                return null;
        }
    }

    private static object? Repeat(JinjaRun run, object? value, int times)
    {
        times = Math.Max(0, times);
        switch (value)
        {
            case string text:
                run.Allocate((long)text.Length * times);
                return new StringBuilder(text.Length * times).Insert(0, text, times).ToString();
            case List<object?> list:
                run.Allocate((long)list.Count * times);
                return Enumerable.Repeat(list, times).SelectMany(items => items).ToList();
            case JinjaTuple tuple:
                run.Allocate((long)tuple.Items.Length * times);
                return new JinjaTuple([.. Enumerable.Repeat(tuple.Items, times).SelectMany(items => items)]);
            default:
                return null;
        }
    }
}
