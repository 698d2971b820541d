using Apache.Arrow;
using Apache.Arrow.Types;
using ParquetSharp;
using PeftSharp.Data;

namespace PeftSharp.Tests.Data.Parquet;

/// <summary>Every encoding, page version and codec gives back what was written.</summary>
public class ParquetEncodingTests : IDisposable
{
    private const int Rows = 500;
    private readonly DataFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private static readonly string?[] Texts = [.. Enumerable.Range(0, Rows).Select(i => i % 11 == 5 ? null : $"préfixe {i / 7} ñ{i}")];
    private static readonly long?[] Wholes = [.. Enumerable.Range(0, Rows)
        .Select(i => i % 13 == 4 ? (long?)null : (i % 2 == 0 ? long.MaxValue : long.MinValue) / (i + 1))];
    private static readonly int[] Ints = [.. Enumerable.Range(0, Rows).Select(i => i * 7919 - 1_000_000)];
    private static readonly bool[] Truths = [.. Enumerable.Range(0, Rows).Select(i => i % 3 == 0 || i is > 100 and < 200)];
    private static readonly double[] Fractions = [.. Enumerable.Range(0, Rows).Select(i => Math.Sin(i) * Math.Pow(10, i % 40 - 20))];
    private static readonly float[] Singles = [.. Fractions.Select(value => (float)value)];
    private static readonly int[] Days = [.. Enumerable.Range(0, Rows).Select(i => i * 17 - 4000)];
    private static readonly byte[][] Keys = [.. Enumerable.Range(0, Rows)
        .Select(i => new[] { (byte)1, (byte)i, (byte)(i >> 8), (byte)(i % 5) })];

    private string Write(Action<WriterPropertiesBuilder> configure)
    {
        var keys = ParquetFiles.Raw(new FixedSizeBinaryType(4), [.. Keys.Select(key => (int?)BitConverter.ToInt32(key))]);
        return ParquetFiles.Write(Path.Combine(_folder.Path, "x.parquet"),
        [
            ("text", ParquetFiles.Text(Texts)), ("whole", ParquetFiles.Int64(Wholes)),
            ("int", new Int32Array.Builder().AppendRange(Ints).Build()),
            ("truth", new BooleanArray.Builder().AppendRange(Truths).Build()),
            ("double", new DoubleArray.Builder().AppendRange(Fractions).Build()),
            ("float", new FloatArray.Builder().AppendRange(Singles).Build()),
            ("day", ParquetFiles.Raw(Date32Type.Default, [.. Days.Select(day => (int?)day)])), ("key", keys),
        ], configure, rowGroup: 200);
    }

    private static void AssertSame(string file)
    {
        var read = Datasets.LoadDataset(file, "train");
        read["text"].Should().Equal(Texts);
        // Equals: FluentAssertions alone takes the objects 1, 1L and 1.0 for the same.
        read["whole"].Should().Equal<object?>(Wholes.Cast<object?>(), Equals);
        read["int"].ToArray<int>().Should().Equal(Ints);
        read["truth"].ToArray<bool>().Should().Equal(Truths);
        read["double"].ToArray<double>().Should().Equal(Fractions);
        read["float"].ToArray<float>().Should().Equal(Singles);
        read["day"].ToArray<DateTime>().Should().Equal(Days.Select(day => new DateTime(1970, 1, 1).AddDays(day)));
        read["key"].ToArray<byte[]>().Should().BeEquivalentTo(Keys, options => options.WithStrictOrdering());
    }

    public static TheoryData<string, Encoding, ParquetDataPageVersion> Encodings()
    {
        var cases = new TheoryData<string, Encoding, ParquetDataPageVersion>();
        foreach (var version in Enum.GetValues<ParquetDataPageVersion>())
            foreach (var (column, encoding) in new[]
            {
                ("text", Encoding.Plain), ("text", Encoding.DeltaLengthByteArray), ("text", Encoding.DeltaByteArray),
                ("text", Encoding.RleDictionary),
                ("whole", Encoding.Plain), ("whole", Encoding.DeltaBinaryPacked), ("whole", Encoding.ByteStreamSplit),
                ("whole", Encoding.RleDictionary),
                ("int", Encoding.Plain), ("int", Encoding.DeltaBinaryPacked), ("int", Encoding.ByteStreamSplit),
                ("int", Encoding.RleDictionary),
                ("truth", Encoding.Plain), ("truth", Encoding.Rle),
                ("double", Encoding.Plain), ("double", Encoding.ByteStreamSplit), ("double", Encoding.RleDictionary),
                ("float", Encoding.Plain), ("float", Encoding.ByteStreamSplit), ("float", Encoding.RleDictionary),
                ("day", Encoding.Plain), ("day", Encoding.DeltaBinaryPacked),
                ("key", Encoding.Plain), ("key", Encoding.DeltaByteArray), ("key", Encoding.ByteStreamSplit),
                ("key", Encoding.RleDictionary),
            })
                cases.Add(column, encoding, version);
        return cases;
    }

    [Theory, MemberData(nameof(Encodings))]
    public void Values_of_every_encoding_are_read_as_they_were_written(string column, Encoding encoding, ParquetDataPageVersion version)
    {
        var file = Write(builder =>
        {
            builder.DataPageVersion(version).DataPagesize(512);
            if (encoding != Encoding.RleDictionary)
                builder.DisableDictionary(column).Encoding(column, encoding);
        });
        using (var reader = new ParquetSharp.ParquetFileReader(file))
        using (var group = reader.RowGroup(0))
        {
            var index = Enumerable.Range(0, reader.FileMetaData.NumColumns).First(i => reader.FileMetaData.Schema.Column(i).Name == column);
            using var chunk = group.MetaData.GetColumnChunkMetaData(index);
            chunk.Encodings.Should().Contain(encoding);                       // the file holds what the test is about
        }
        AssertSame(file);
    }

    // The writer's encoding PLAIN_DICTIONARY.
    [Fact]
    public void The_old_dictionary_encoding_is_read() => AssertSame(Write(builder => builder.Version(ParquetVersion.PARQUET_1_0)));

    [Theory]
    [InlineData(Compression.Uncompressed)]
    [InlineData(Compression.Snappy)]
    [InlineData(Compression.Gzip)]
    [InlineData(Compression.Brotli)]
    [InlineData(Compression.Zstd)]
    [InlineData(Compression.Lz4)]
    [InlineData(Compression.Lz4Hadoop)]
    public void Values_of_every_codec_are_read_as_they_were_written(Compression codec)
    {
        foreach (var version in Enum.GetValues<ParquetDataPageVersion>())
            AssertSame(Write(builder => builder.Compression(codec).DataPageVersion(version)));
    }
}
