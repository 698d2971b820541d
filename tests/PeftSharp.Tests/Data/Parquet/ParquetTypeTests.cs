using System.Collections;
using Apache.Arrow;
using Apache.Arrow.Types;
using ParquetSharp;
using PeftSharp.Data;
using ArrowUnit = Apache.Arrow.Types.TimeUnit;
using Column = PeftSharp.Data.Column;

namespace PeftSharp.Tests.Data.Parquet;

/// <summary>What each Parquet and Arrow type becomes; docs/data.md has the table.</summary>
public class ParquetTypeTests : IDisposable
{
    private readonly DataFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private string FileName => Path.Combine(_folder.Path, "x.parquet");

    private Column Read(IArrowArray values, bool storeArrowSchema = true) =>
        Datasets.LoadDataset(ParquetFiles.Write(FileName, [("x", values)], storeArrowSchema: storeArrowSchema), "train")["x"];

    private string Refusal(IArrowArray values) =>
        FluentActions.Invoking(() => Read(values)).Should().ThrowExactly<DatasetException>().Which.Message;

    /// <summary>A column whose logical type Arrow's writer does not make.</summary>
    private Column Read<T>(LogicalType logical, params T[] values)
    {
        using (logical)
        using (var writer = new ParquetFileWriter(FileName, [new ParquetSharp.Column(typeof(T), "x", logical)]))
        {
            using var group = writer.AppendRowGroup();
            using var column = group.NextColumn().LogicalWriter<T>();
            column.WriteBatch(values);
            writer.Close();
        }
        return Datasets.LoadDataset(FileName, "train")["x"];
    }

    private static void AssertIs<T>(Column column, string dtype, params T[] expected)
    {
        column.Feature.Should().Be(new Value(dtype));
        column.Should().Equal(expected.Cast<object?>(), StructuralComparisons.StructuralEqualityComparer.Equals);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Integers_keep_their_value(bool arrow)
    {
        AssertIs<int?>(Read(ParquetFiles.Raw<sbyte>(Int8Type.Default, -128, null, 127), arrow), "int32", -128, null, 127);
        AssertIs<int?>(Read(ParquetFiles.Raw<byte>(UInt8Type.Default, 0, null, 255), arrow), "int32", 0, null, 255);
        AssertIs<int?>(Read(ParquetFiles.Raw<short>(Int16Type.Default, short.MinValue, null, short.MaxValue), arrow), "int32",
            short.MinValue, null, short.MaxValue);
        AssertIs<int?>(Read(ParquetFiles.Raw<ushort>(UInt16Type.Default, 0, null, 65535), arrow), "int32", 0, null, 65535);
        AssertIs<int?>(Read(ParquetFiles.Int32(int.MinValue, null, int.MaxValue), arrow), "int32", int.MinValue, null, int.MaxValue);
        AssertIs<long?>(Read(ParquetFiles.Raw<uint>(UInt32Type.Default, 0, null, uint.MaxValue), arrow), "int64", 0, null, uint.MaxValue);
        AssertIs<long?>(Read(ParquetFiles.Int64(long.MinValue, null, long.MaxValue), arrow), "int64", long.MinValue, null, long.MaxValue);
        AssertIs<long?>(Read(ParquetFiles.Raw<ulong>(UInt64Type.Default, 0, null, long.MaxValue), arrow), "int64", 0, null, long.MaxValue);
    }

    [Fact]
    public void An_unsigned_number_above_int64_is_refused_with_its_row_and_value()
    {
        var message = Refusal(ParquetFiles.Raw<ulong>(UInt64Type.Default, null, 1, ulong.MaxValue));
        Assert.Contains("x.parquet', column 'x', row 2: The unsigned integer 18446744073709551615", message);
        Assert.Contains("DatasetLoadOptions.Columns", message);
    }

    [Fact]
    public void Fractions_keep_NaN_infinity_and_the_sign_of_zero()
    {
        double[] values = [double.NaN, double.PositiveInfinity, double.NegativeInfinity, -0.0, double.Epsilon, double.MaxValue];
        Read(ParquetFiles.Raw(DoubleType.Default, [.. values.Select(value => (double?)value)])).ToArray<double>()
            .Select(BitConverter.DoubleToInt64Bits)
            .Should().Equal(values.Select(BitConverter.DoubleToInt64Bits));
        AssertIs<float?>(Read(ParquetFiles.Raw<Half>(HalfFloatType.Default, (Half)1.5, null, Half.Epsilon, Half.MaxValue)), "float32", 1.5f,
            null, (float)Half.Epsilon, 65504f);
        AssertIs<bool?>(Read(new BooleanArray.Builder().Append(true).AppendNull().Append(false).Build()), "bool", true, null, false);
    }

    [Fact]
    public void Decimals_are_exact()
    {
        decimal?[] values = [12345678901234567890.12345m, -0.00001m, null, 0m];
        AssertIs(Read(Decimals(new Decimal128Array.Builder(new Decimal128Type(30, 5)))), "decimal", values);
        AssertIs(Read(Decimals(new Decimal256Array.Builder(new Decimal256Type(60, 5)))), "decimal", values);
        Assert.Equal(12345678901234567890.12345, Read(Decimals(new Decimal128Array.Builder(new Decimal128Type(38, 5)))).GetDouble(0));

        IArrowArray Decimals(object builder)
        {
            foreach (var value in values)
                _ = builder switch
                {
                    Decimal128Array.Builder narrow => value is { } there ? narrow.Append(there) : (object)narrow.AppendNull(),
                    Decimal256Array.Builder wide => value is { } there ? wide.Append(there) : wide.AppendNull(),
                    _ => throw new ArgumentException("no builder"),
                };
            return builder is Decimal128Array.Builder done ? done.Build() : ((Decimal256Array.Builder)builder).Build();
        }
    }

    [Theory]
    [InlineData(4, 2)]
    [InlineData(9, 2)]
    [InlineData(18, 6)]
    public void Decimals_stored_as_integers_are_exact(int precision, int scale)
    {
        var builder = new Decimal128Array.Builder(new Decimal128Type(precision, scale)).Append(-12.34m).AppendNull().Append(0.01m);
        var file = ParquetFiles.Write(FileName, [("x", builder.Build())], properties => properties.EnableStoreDecimalAsInteger());
        AssertIs<decimal?>(Datasets.LoadDataset(file, "train")["x"], "decimal", -12.34m, null, 0.01m);
    }

    [Fact]
    public void A_decimal_that_does_not_fit_is_refused_and_zeros_at_its_end_do_not_matter()
    {
        var big = System.Numerics.BigInteger.Pow(10, 37);
        Assert.Contains("column 'x', row 1: The decimal 10000000000000000000000000000000000001E-5 has more digits or decimal places",
            Refusal(ParquetFiles.Raw<Int128>(new Decimal128Type(38, 5), 5, (Int128)(big + 1))));
        AssertIs(Read(ParquetFiles.Raw<Int128>(new Decimal128Type(38, 38), (Int128)big)), "decimal", 0.1m);
    }

    [Fact]
    public void Texts_of_every_form_are_read_and_broken_ones_refused()
    {
        string?[] texts = ["é", "", null, "😀 \0 x"];
        AssertIs(Read(ParquetFiles.Text(texts)), "string", texts);
        AssertIs(Read(ParquetFiles.Text(texts), storeArrowSchema: false), "string", texts);
        var view = new StringViewArray.Builder();
        foreach (var text in texts)
            _ = text is null ? view.AppendNull() : view.Append(text);
        AssertIs(Read(view.Build()), "string", texts);
        AssertIs(Read(Bytes(LargeStringType.Default, "é"u8.ToArray(), [])), "string", "é", "");
        Refusal(Bytes(StringType.Default, [0x61], [0xC3, 0x28])).Should().Contain("column 'x', row 1: The text is not valid UTF-8");
    }

    [Fact]
    public void Bytes_of_every_form_are_read()
    {
        byte[][] values = [[1, 255], []];
        AssertIs(Read(Bytes(BinaryType.Default, values)), "binary", values);
        AssertIs(Read(Bytes(LargeBinaryType.Default, values)), "binary", values);
        AssertIs<byte[]?>(Read(ParquetFiles.Raw<short>(new FixedSizeBinaryType(2), 0x0201, null)), "binary", [1, 2], null);
    }

    private static IArrowArray Bytes(ArrowType type, params byte[][] values)
    {
        var offsets = new long[values.Length + 1];
        for (var i = 0; i < values.Length; i++)
            offsets[i + 1] = offsets[i] + values[i].Length;
        var stored = type is LargeStringType or LargeBinaryType
            ? offsets.SelectMany(BitConverter.GetBytes).ToArray()
            : offsets.SelectMany(offset => BitConverter.GetBytes((int)offset)).ToArray();
        return ArrowArrayFactory.BuildArray(new ArrayData(type, values.Length, 0, 0,
            [ArrowBuffer.Empty, new ArrowBuffer(stored), new ArrowBuffer(values.SelectMany(value => value).ToArray())]));
    }

    [Fact]
    public void Json_and_uuid_are_text()
    {
        AssertIs(Read(LogicalType.Json(), """{"a": [1]}""", null), "string", """{"a": [1]}""", null);
        AssertIs(
            Read(LogicalType.Uuid(), Guid.Parse("01234567-89ab-cdef-0123-456789abcdef")), "string", "01234567-89ab-cdef-0123-456789abcdef");
    }

    [Fact]
    public void Times_without_a_zone_are_wall_clocks_and_instants_are_utc()
    {
        foreach (var (unit, count, ticks) in new[]
        {
            (ArrowUnit.Second, -1L, -10_000_000L), (ArrowUnit.Millisecond, -1L, -10_000L), (ArrowUnit.Microsecond, -1L, -10L),
            (ArrowUnit.Nanosecond, -100L, -1L),
        })
        {
            var wall = Read(ParquetFiles.Raw<long>(new TimestampType(unit, (string?)null), count, null, 0));
            AssertIs<DateTime?>(wall, "timestamp", DateTime.UnixEpoch.AddTicks(ticks), null, DateTime.UnixEpoch);
            Assert.Equal(DateTimeKind.Unspecified, ((DateTime)wall[0]!).Kind);
            var instant = Read(ParquetFiles.Raw<long>(new TimestampType(unit, "Europe/Berlin"), count));
            AssertIs(instant, "timestamp", DateTime.UnixEpoch.AddTicks(ticks));
            Assert.Equal(DateTimeKind.Utc, ((DateTime)instant[0]!).Kind);
        }
    }

    [Fact]
    public void Dates_times_of_day_and_durations_are_exact()
    {
        AssertIs<DateTime?>(Read(ParquetFiles.Raw<int>(Date32Type.Default, -719162, null, 2932896)), "timestamp", DateTime.MinValue, null,
            new DateTime(9999, 12, 31));
        AssertIs(Read(ParquetFiles.Raw<long>(Date64Type.Default, -86_400_000)), "timestamp", new DateTime(1969, 12, 31));
        AssertIs<TimeOnly?>(Read(ParquetFiles.Raw<int>(new Time32Type(ArrowUnit.Second), 3723, null)), "time", new TimeOnly(1, 2, 3), null);
        AssertIs(Read(ParquetFiles.Raw<int>(new Time32Type(ArrowUnit.Millisecond), 1)), "time", new TimeOnly(0, 0, 0, 1));
        AssertIs(Read(ParquetFiles.Raw<long>(new Time64Type(ArrowUnit.Microsecond), 86_399_999_999)), "time",
            new TimeOnly(23, 59, 59, 999, 999));
        AssertIs(Read(ParquetFiles.Raw<long>(new Time64Type(ArrowUnit.Nanosecond), 100)), "time", new TimeOnly(1));
        AssertIs(Read(ParquetFiles.Raw<long>(DurationType.Microsecond, -1_500_000)), "duration", TimeSpan.FromSeconds(-1.5));
    }

    [Theory]
    [InlineData("row 1: The value 123456789 (unit: Nanosecond) is not a multiple of 100 ns", ArrowUnit.Nanosecond, 123456789)]
    [InlineData("row 1: The date or timestamp 9223372036854775807 (since 1970-01-01, in the unit of the column) is out of the range",
        ArrowUnit.Microsecond, long.MaxValue)]
    [InlineData("row 1: The date or timestamp 253402300800000 (since 1970-01-01, in the unit of the column) is out of the range",
        ArrowUnit.Millisecond, 253402300800000)]
    [InlineData("row 1: The date or timestamp -62135596800001 (since 1970-01-01, in the unit of the column) is out of the range",
        ArrowUnit.Millisecond, -62135596800001)]
    public void A_time_that_DateTime_does_not_hold_is_refused(string expected, ArrowUnit unit, long count) =>
        Refusal(ParquetFiles.Raw<long>(new TimestampType(unit, (string?)null), 0, count)).Should().Contain(expected);

    [Fact]
    public void A_duration_or_time_of_day_that_does_not_fit_is_refused()
    {
        Assert.Contains("is out of the range of TimeSpan", Refusal(ParquetFiles.Raw<long>(DurationType.Second, long.MaxValue / 2)));
        Assert.Contains("is not a multiple of 100 ns", Refusal(ParquetFiles.Raw<long>(DurationType.Nanosecond, -1)));
        Assert.Contains("is not a time of day", Refusal(ParquetFiles.Raw<int>(new Time32Type(ArrowUnit.Second), 86_400)));
    }

    [Fact]
    public void Int96_times_hold_every_year_of_DateTime()        // as Spark and Impala write times
    {
        AssertIs(Int96(new(0, 0, 2440588), new(1000, 0, 2440587), new(0, 0, 2440588 + 2932896)), "timestamp",
            DateTime.UnixEpoch, DateTime.UnixEpoch.AddDays(-1).AddTicks(10), new DateTime(9999, 12, 31));
        FluentActions.Invoking(() => Int96(new(0, 0, 2440588), new(1100, 0, 2440588)))
            .Should().ThrowExactly<DatasetException>()
            .Which.Message.Should().Contain("column 'x': Row group 0 contains an INT96 timestamp with 1100 nanoseconds of the day");

        Column Int96(params Int96[] values)
        {
            using (var node = new ParquetSharp.Schema.GroupNode("schema", Repetition.Required,
                [new ParquetSharp.Schema.PrimitiveNode("x", Repetition.Required, LogicalType.None(), PhysicalType.Int96)]))
            using (var properties = WriterProperties.GetDefaultWriterProperties())
            using (var writer = new ParquetFileWriter(FileName, node, properties))
            {
                using var group = writer.AppendRowGroup();
                ((ColumnWriter<Int96>)group.NextColumn()).WriteBatch(values);
                writer.Close();
            }
            return Datasets.LoadDataset(FileName, "train")["x"];
        }
    }

    [Fact]
    public void Columns_without_any_value_keep_their_type()
    {
        AssertIs<int?>(Read(ParquetFiles.Int32(null, null)), "int32", null, null);
        AssertIs<string?>(Read(ParquetFiles.Text(null, null)), "string", null, null);
        AssertIs<object?>(Read(new NullArray(2)), "null", null, null);
    }

    [Fact]
    public void Dictionaries_are_read_as_their_values()
    {
        var indices = (Int8Array)ParquetFiles.Raw<sbyte>(Int8Type.Default, 1, null, 0, 1);
        AssertIs(Read(
            new DictionaryArray(new DictionaryType(Int8Type.Default, StringType.Default, false), indices, ParquetFiles.Text("a", "é"))),
            "string", "é", null, "a", "é");
        AssertIs<long?>(Read(
            new DictionaryArray(new DictionaryType(Int8Type.Default, Int64Type.Default, false), indices, ParquetFiles.Int64(7, 8))),
            "int64", 8, null, 7, 8);
    }
}
