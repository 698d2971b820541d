using System.Numerics;
using System.Runtime.CompilerServices;

namespace PeftSharp.Tokenization;

/// <summary>Equality and hash codes of values as in Python.</summary>
internal sealed class JinjaEquality : IEqualityComparer<object>
{
    internal static readonly JinjaEquality Instance = new();

    private JinjaEquality() { }

    bool IEqualityComparer<object>.Equals(object? x, object? y) => Equal(x, y);

    /// <exception cref="JinjaFault">The values are nested too deeply.</exception>
    internal static bool Equal(object? left, object? right)
    {
        if (ReferenceEquals(left, right))
            return left is not double.NaN;
        if (left is null || right is null)
            return false;
        if (JinjaNumbers.Is(left) && JinjaNumbers.Is(right))
            return JinjaNumbers.Equal(left, right);
        JinjaRun.RequireStack();
        return (left, right) switch
        {
            (string or JinjaSafeText, string or JinjaSafeText) => EqualTexts(JinjaTypes.Text(left), JinjaTypes.Text(right)),
            (List<object?> x, List<object?> y) => Equal(x, y),
            (JinjaTuple x, JinjaTuple y) => Equal(x.Items, y.Items),
            (JinjaRange x, JinjaRange y) => x.SequenceEqual(y),
            (JinjaDict x, JinjaDict y) => x.Count == y.Count
                && x.Items.All(item => y.TryGet(item.Key, out var value) && Equal(item.Value, value)),
            (JinjaUndefined, JinjaUndefined) => true,
            _ => false,
        };
    }

    public int GetHashCode(object value) => value switch
    {
        string text => text.GetHashCode(StringComparison.Ordinal),
        JinjaSafeText text => text.Text.GetHashCode(StringComparison.Ordinal),
        BigInteger number => number.GetHashCode(),
        _ when JinjaNumbers.Is(value) => JinjaNumbers.ToDouble(value).GetHashCode(),
        JinjaTuple tuple => HashOf(tuple),
        JinjaUndefined => 1,
        _ => RuntimeHelpers.GetHashCode(value),
    };

    private int HashOf(JinjaTuple tuple)
    {
        JinjaRun.RequireStack();
        return tuple.Items.Aggregate(17, (hash, item) => HashCode.Combine(hash, item is null ? 0 : GetHashCode(item)));
    }

    private static bool EqualTexts(string left, string right)
    {
        if (left.Length != right.Length)
            return false;
        JinjaRun.Scan(left.Length);
        return left == right;
    }

    private static bool Equal(IReadOnlyList<object?> left, IReadOnlyList<object?> right)
    {
        if (left.Count != right.Count)
            return false;
        for (var i = 0; i < left.Count; i++)
            if (!Equal(left[i], right[i]))
                return false;
        return true;
    }
}
