using CsCheck;
using PeftSharp.Data;

namespace PeftSharp.Tests.Data.Writers;

/// <summary>Random datasets are the same after they are written and read.</summary>
public sealed class RoundTripTests : IDisposable
{
    private static readonly Gen<string> Texts = Gen.OneOf(
        OneOf("", " ", "\"", "a,b", "x\ny", "\r", "\r\n", "é𝐀€", "NA", "null", "1", "1.0", "true", "\t", ";", "''", "\\", "\0", "\uFEFF"),
        Gen.Char[' ', 'ÿ'].Array[0, 8].Select(letters => new string(letters)));

    private static readonly Gen<double> Doubles = Gen.OneOf(
        Gen.Double.Where(double.IsFinite), OneOf(0.0, -0.0, 1.0, 1e300, 5e-324, 123456789012345.0, 0.1, -2.5e-7));

    private static readonly Gen<DateTime> Times = Gen.Long[0, DateTime.MaxValue.Ticks / 10].Select(
        microseconds => new DateTime(microseconds * 10, DateTimeKind.Unspecified));

    private readonly DataFolder _folder = new();
    private int _files;

    public void Dispose() => _folder.Dispose();

    private string File(string extension) => Path.Combine(_folder.Path, $"{Interlocked.Increment(ref _files)}{extension}");

    [Theory, InlineData(".jsonl", true), InlineData(".json", false), InlineData(".jsonl.gz", true), InlineData(".json.zst", false)]
    public void Json_keeps_values_and_types(string extension, bool lines) =>
        Rows(Gen.Select(Texts.Null(), Gen.Long.Nullable(), Doubles.Nullable(), Gen.Bool.Nullable(), Gen.Long.Array[0, 3],
            Texts.Null().Array[0, 2])
            .Select(row => new { row.Item1, row.Item2, row.Item3, row.Item4, row.Item5, Deep = new { x = row.Item6 } }))
        .Sample(data =>
        {
            var file = File(extension);
            data.ToJson(file, lines);
            Same(data, Datasets.LoadDataset(file, "train", new() { Features = data.Features }));
        }, iter: 40, threads: 1);

    [Theory, InlineData(".csv"), InlineData(".tsv"), InlineData(".csv.gz")]
    public void Csv_keeps_values_except_empty_texts_which_are_null(string extension) =>
        Rows(Gen.Select(Texts, Gen.Long.Nullable(), Doubles.Nullable(), Gen.Bool.Nullable(), Times.Nullable())
            .Select(row => new { row.Item1, row.Item2, row.Item3, row.Item4, row.Item5 }))
        .Sample(data =>
        {
            var file = File(extension);
            data.ToCsv(file);
            var types = new Dictionary<string, Feature>(data.Features);
            Same(data.RemoveColumns("Item1"), Datasets.LoadDataset(file, "train", new() { Features = types }).RemoveColumns("Item1"));
            var asWritten = Datasets.LoadDataset(file, "train", new()
            {
                KeepDefaultNa = false,
                Columns = ["Item1"],
                Features = new Dictionary<string, Feature> { ["Item1"] = new Value("string") },
            });
            asWritten["Item1"].Should().Equal(data["Item1"]);
        }, iter: 40, threads: 1);

    [Fact]
    public void Csv_with_one_column_loses_no_row() =>
        Rows(Texts.Null().Select(text => new { text })).Sample(data =>
        {
            var file = File(".csv");
            data.ToCsv(file);
            Datasets.LoadDataset(file, "train", new() { Features = data.Features })["text"].Select(text => text as string ?? "")
                .Should().Equal(data["text"].Select(text => text is string known && !CsvTypes.IsNa(known) ? known : ""));
        }, iter: 40, threads: 1);

    private static Gen<T> OneOf<T>(params T[] values) => Gen.Int[0, values.Length - 1].Select(i => values[i]);

    /// <summary>Datasets with one or more rows, and with rows that were selected from more.</summary>
    internal static Gen<Dataset> Rows<T>(Gen<T> row) => Gen.Select(row.Array[1, 12], Gen.Int[0, 3]).Select((rows, kind) =>
    {
        var data = Dataset.FromRows(rows);
        return kind switch
        {
            0 => data.Shuffle(1),
            1 => Datasets.ConcatenateDatasets([data, data.Select([0])]),
            2 => data.Select(^1..),
            _ => data,
        };
    });

    internal static void Same(Dataset expected, Dataset found)
    {
        found.ColumnNames.Should().Equal(expected.ColumnNames);
        foreach (var name in expected.ColumnNames)
        {
            found.Features[name].Should().Be(expected.Features[name]);
            found[name].Select(ValueText.Show).Should().Equal(expected[name].Select(ValueText.Show));
        }
    }
}
