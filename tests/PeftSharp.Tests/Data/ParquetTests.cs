using Parquet;
using Parquet.Schema;
using Parquet.Serialization;
using PeftSharp.Data;

namespace PeftSharp.Tests.Data;

/// <summary>Files written here by Parquet.Net, read back; files written by Arrow are compared in <see cref="LoadDatasetTests"/>.</summary>
public class ParquetTests : IDisposable
{
    private readonly DataFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private sealed class Message
    {
        public string? Role { get; set; }
        public List<int>? Ids { get; set; }
    }

    private sealed class Example
    {
        public long Id { get; set; }
        public int? Small { get; set; }
        public double Score { get; set; }
        public bool? Flag { get; set; }
        public string? Text { get; set; }
        public byte[]? Bytes { get; set; }
        public List<int>? Ids { get; set; }
        public List<string>? Words { get; set; }
        public List<Message>? Messages { get; set; }
        public List<List<int>>? Nested { get; set; }
        public Message? One { get; set; }
    }

    private static readonly Example[] Examples =
    [
        new() { Id = 1, Small = 5, Score = .5, Flag = true, Text = "a", Bytes = [1], Ids = [1, 2, 3], Words = ["x", "y"], Messages = [new() { Role = "user", Ids = [7] }, new() { Role = null, Ids = [] }], Nested = [[1], [], [2, 3]], One = new() { Role = "r", Ids = [4, 5] } },
        new() { Id = 2, Small = null, Score = 1, Flag = null, Text = null, Bytes = null, Ids = null, Words = [], Messages = [], Nested = [], One = null },
        new() { Id = 3, Small = 6, Score = 2, Flag = false, Text = "", Bytes = [], Ids = [], Words = null, Messages = null, Nested = null, One = new() { Role = null, Ids = null } },
    ];

    [Fact]
    public async Task Values_lists_records_and_gaps_are_read_back_from_several_row_groups()
    {
        var file = Path.Combine(_folder.Path, "x.parquet");
        Example[] written = [.. Examples, .. Examples];
        await ParquetSerializer.SerializeAsync(written, file, new ParquetOptions { RowGroupSize = 3 });
        var read = Datasets.LoadDataset(file, "train");
        Assert.Equal(written.Select(row => row.Id), read["Id"].ToArray<long>());
        Assert.Equal(written.Select(row => (object?)row.Small), read["Small"]);
        Assert.Equal(written.Select(row => row.Score), read["Score"].ToArray<double>());
        Assert.Equal(written.Select(row => (object?)row.Flag), read["Flag"]);
        Assert.Equal(written.Select(row => row.Text), read["Text"]);
        Assert.Equal(written.Select(row => row.Bytes), read["Bytes"]);
        Assert.Equal(written.Select(row => row.Ids), read["Ids"].Select(list => ((int[]?)list)?.ToList()));
        Assert.Equal(written.Select(row => row.Words), read["Words"].Select(list => ((string[]?)list)?.ToList()));
        Assert.Equal(written.Select(row => row.Nested is null ? null : string.Join('|', row.Nested.Select(list => string.Join(',', list)))),
            read["Nested"].Select(list => list is null ? null : string.Join('|', ((object?[])list).Select(inner => string.Join(',', (int[])inner!)))));
        Assert.Equal(written.Select(row => Show(row.Messages)), read["Messages"].Select(list => list is null ? null : string.Join(';', ((object?[])list).Select(Show))));
        Assert.Equal(written.Select(row => row.One is null ? null : Show(row.One)), read["One"].Select(record => record is null ? null : Show(record)));
    }

    private static string? Show(List<Message>? messages) => messages is null ? null : string.Join(';', messages.Select(Show));
    private static string Show(Message message) => $"{message.Role ?? "null"}:{(message.Ids is null ? "null" : string.Join(',', message.Ids))}";
    private static string Show(object? record) => record is IReadOnlyDictionary<string, object?> fields
        ? $"{fields["Role"] ?? "null"}:{(fields["Ids"] is int[] ids ? string.Join(',', ids) : fields["Ids"] is null ? "null" : "")}"
        : "absent";

    [Fact]
    public async Task Class_names_written_by_datasets_make_a_class_label()
    {
        var file = Path.Combine(_folder.Path, "x.parquet");
        var field = new DataField<long>("label");
        await using (var stream = File.Create(file))
        await using (var writer = await ParquetWriter.CreateAsync(new ParquetSchema(field), stream))
        {
            writer.CustomMetadata = new Dictionary<string, string> { ["huggingface"] = """{"info": {"features": {"label": {"names": ["neg", "pos"], "_type": "ClassLabel"}}}}""" };
            using var group = writer.CreateRowGroup();
            await group.WriteAsync<long>(field, new long[] { 1, 0, -1 });      // -1: a label kept secret
        }
        var read = Datasets.LoadDataset(file, "train");
        Assert.Equal(new ClassLabel("neg", "pos"), read.Features["label"]);
        Assert.Equal([1L, 0L, -1L], read["label"].ToArray<long>());
    }

    [Fact]
    public void A_file_that_is_no_parquet_is_named() =>
        Assert.Contains("x.parquet", Assert.Throws<DatasetException>(() => Datasets.LoadDataset(_folder.Write("x.parquet", "this is text, not Parquet"))).Message);
}
