using System.Collections;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace PeftSharp.Training;

/// <summary>Metrics by name, in order. <see cref="ToString"/> returns a table with one line per metric.</summary>
internal sealed class MetricTable(OrderedDictionary<string, double> values) : IReadOnlyDictionary<string, double>
{
    private const double Large = 1e6, Small = 1e-4;

    public IEnumerable<string> Keys => values.Keys;

    public IEnumerable<double> Values => values.Values;

    public int Count => values.Count;

    public double this[string key] => values.TryGetValue(key, out var value)
        ? value
        : throw new KeyNotFoundException($"There is no metric '{key}'. Metrics: {string.Join(", ", values.Keys)}.");

    public bool ContainsKey(string key) => values.ContainsKey(key);

    public bool TryGetValue(string key, [MaybeNullWhen(false)] out double value) => values.TryGetValue(key, out value);

    public IEnumerator<KeyValuePair<string, double>> GetEnumerator() => values.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    public override string ToString()
    {
        var width = values.Keys.Select(name => name.Length).DefaultIfEmpty(0).Max();
        return string.Join('\n', values.Select(pair => $"{pair.Key.PadRight(width)}  {Text(pair.Value),10}"));
    }

    /// <summary>Formats a value with four decimals, and very large or small values in scientific notation.</summary>
    private static string Text(double value) => value.ToString(
        double.IsFinite(value) && value != 0 && (Math.Abs(value) >= Large || Math.Abs(value) < Small) ? "0.####E+0"
            : double.IsInteger(value) ? "0"
            : "0.0000", CultureInfo.InvariantCulture);
}
