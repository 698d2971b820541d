using PeftSharp.Data;

namespace PeftSharp.Tests.Data;

/// <summary>Datasets with columns of all types, for tests of saving and loading.</summary>
internal static class SavedDatasets
{
    /// <summary>All column types, with nulls in rows whose index is a multiple of three, lists of lists, and structs.</summary>
    internal static Dataset AllTypes(int rows = 20) => Dataset.FromDict(
        ("int64", Column(rows, i => (long?)(i - 2) * int.MaxValue)), ("int32", Column(rows, i => (int?)-i)),
        ("float64", Column(rows, i => (double?)(i / 7.0))), ("float32", Column(rows, i => (float?)(i / 7f))),
        ("decimal", Column(rows, i => (decimal?)(i * 1.25m - 3))), ("bool", Column(rows, i => (bool?)(i % 2 == 0))),
        ("string", Column(rows, i => $"text {i} über 日本 🙂"[..(i % 10)] + "🙂")),
        ("binary", Column(rows, i => Enumerable.Repeat((byte)i, i % 4).ToArray())),
        ("date", Column(rows, i => (DateTime?)new DateTime(2024, 2, 28).AddDays(i).AddMilliseconds(i))),
        ("utc", Column(rows, i => (DateTime?)new DateTime(1950, 1, 1, 0, 0, 0, DateTimeKind.Utc).AddTicks(i))),
        ("time", Column(rows, i => (TimeOnly?)new TimeOnly(i % 24, 30, 15))),
        ("duration", Column(rows, i => (TimeSpan?)TimeSpan.FromSeconds(-i))),
        ("null", Column(rows, i => (string?)null)), ("label", Column(rows, i => (Letter?)(i % 2))),
        ("ids", Column(rows, i => Enumerable.Range(i, i % 5).ToArray())),
        ("nested", Column(rows, i => Enumerable.Range(0, i % 3)
            .Select(j => Enumerable.Range(0, j + 1).Select(k => (long)k).ToArray()).ToArray())),
        ("texts", Column(rows, i => new[] { "a", $"{i}" })),
        ("struct", Column(rows, i => new Dictionary<string, object?>
        { ["name"] = $"n{i}", ["size"] = i, ["flags"] = new[] { true, false } })),
        ("messages", Column(rows, i => new[]
            { new Dictionary<string, object?> { ["role"] = "user", ["content"] = i % 2 == 0 ? $"c{i}" : null } })),
        ("none", Column(rows, i => Array.Empty<string>())));

    /// <summary>Both datasets have the same columns, types, values and format.</summary>
    internal static void ShouldEqual(Dataset actual, Dataset expected)
    {
        actual.ColumnNames.Should().Equal(expected.ColumnNames);
        actual.Count.Should().Be(expected.Count);
        foreach (var (name, feature) in expected.Features)
        {
            actual.Features[name].Should().Be(feature, "of the column {0}", name);
            for (var row = 0; row < expected.Count; row++)
                Text(actual[name][row]).Should().Be(Text(expected[name][row]), "in row {0} of column {1}", row, name);
        }
        actual.Format.Should().BeEquivalentTo(expected.Format);
    }

    /// <summary>A value as text with its type, so that values of different types differ.</summary>
    internal static string Text(object? value) => value switch
    {
        null => "null",
        string text => $"'{text}'",
        bool boolean => $"{boolean}",
        decimal number => $"{number.ToString("0.##########", System.Globalization.CultureInfo.InvariantCulture)}m",
        DateTime time => $"{time:O}",
        byte[] bytes => Convert.ToHexString(bytes),
        IReadOnlyDictionary<string, object?> fields =>
            $"{{{string.Join(", ", fields.Select(field => $"{field.Key}: {Text(field.Value)}"))}}}",
        System.Collections.IEnumerable items => $"[{string.Join(", ", items.Cast<object?>().Select(Text))}]",
        _ => $"{value.GetType().Name} {((IFormattable)value).ToString(null, System.Globalization.CultureInfo.InvariantCulture)}",
    };

    private static T?[] Column<T>(int rows, Func<int, T?> value) =>
        [.. Enumerable.Range(0, rows).Select(i => i % 3 == 0 ? default : value(i))];

    private enum Letter { A, B }
}
