using System.Buffers.Binary;
using System.Text;
using PeftSharp.Training;

namespace PeftSharp.Tests.Training.Callbacks;

/// <summary>The event file is read back by the formats of TFRecord and protocol buffers.</summary>
public sealed class TensorBoardCallbackTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Every_logged_value_is_written_with_its_tag_and_step_and_every_checksum_is_right()
    {
        Assert.Equal(0xE3069283, Crc32C("123456789"u8));                          // the published check value
        var args =
            TinyRun.Arguments(_folder) with { NumTrainEpochs = 1, ReportTo = ReportTo.TensorBoard, EvalStrategy = IntervalStrategy.Epoch };
        var trainer = TinyRun.Trainer(args, evaluation: TinyRun.Rows(3));
        trainer.Train();
        var file = Directory.GetFiles(_folder.File("runs")).Should().ContainSingle().Which;
        Assert.StartsWith("events.out.tfevents.", Path.GetFileName(file), StringComparison.Ordinal);
        var records = Records(File.ReadAllBytes(file)).ToArray();
        Assert.Contains("brain.Event:2", Encoding.UTF8.GetString(records[0]), StringComparison.Ordinal);
        var expected = trainer.State.LogHistory.SelectMany(line => line.Where(pair => pair.Key is not ("step" or "epoch"))
            .Select(pair =>
                ((long)line["step"], pair.Key.StartsWith("eval_", StringComparison.Ordinal) ? $"eval/{pair.Key[5..]}" : $"train/{pair.Key}",
                    (float)pair.Value)));
        records.Skip(1).SelectMany(Scalars).Should().Equal(expected);
    }

    [Fact]
    public void LoggingDir_names_another_folder()
    {
        var elsewhere =
            TinyRun.Arguments(_folder) with { MaxSteps = 1, ReportTo = ReportTo.TensorBoard, LoggingDir = _folder.File("elsewhere") };
        TinyRun.Trainer(elsewhere).Train();
        Directory.GetFiles(_folder.File("elsewhere")).Should().ContainSingle();
        Assert.False(Directory.Exists(_folder.File("runs")));
    }

    [Fact]
    public void A_run_that_is_cancelled_closes_its_file()
    {
        using var stop = new CancellationTokenSource();
        var trainer = TinyRun.Trainer(
            TinyRun.Arguments(_folder) with { ReportTo = ReportTo.TensorBoard }, callbacks: new AtStep(3, _ => stop.Cancel()));
        FluentActions.Invoking(() => trainer.Train(cancellationToken: stop.Token)).Should().ThrowExactly<OperationCanceledException>();
        using var file = new FileStream(
            Directory.GetFiles(_folder.File("runs")).Should().ContainSingle().Which, FileMode.Open, FileAccess.ReadWrite, FileShare.None);
        Assert.NotEqual(0, file.Length);
    }

    private static IEnumerable<byte[]> Records(byte[] file)
    {
        for (var at = 0; at < file.Length;)
        {
            var length = (int)BinaryPrimitives.ReadUInt64LittleEndian(file.AsSpan(at));
            Assert.Equal(Masked(Crc32C(file.AsSpan(at, 8))), BinaryPrimitives.ReadUInt32LittleEndian(file.AsSpan(at + 8)));
            Assert.Equal(
                Masked(Crc32C(file.AsSpan(at + 12, length))), BinaryPrimitives.ReadUInt32LittleEndian(file.AsSpan(at + 12 + length)));
            yield return file[(at + 12)..(at + 12 + length)];
            at += 16 + length;
        }
    }

    private static uint Masked(uint sum) => ((sum >> 15) | (sum << 17)) + 0xa282ead8;

    /// <summary>CRC-32C (Castagnoli), calculated bit by bit.</summary>
    private static uint Crc32C(ReadOnlySpan<byte> data)
    {
        var sum = uint.MaxValue;
        foreach (var value in data)
        {
            sum ^= value;
            for (var bit = 0; bit < 8; bit++) sum = (sum & 1) != 0 ? (sum >> 1) ^ 0x82F63B78 : sum >> 1;
        }
        return ~sum;
    }

    /// <summary>Event { 1: wall_time double, 2: step int64, 5: Summary { 1: Value { 1: tag, 2: simple_value } } }.</summary>
    private static IEnumerable<(long Step, string Tag, float Value)> Scalars(byte[] record)
    {
        var fields = Fields(record).ToDictionary(field => field.Number);
        fields.Keys.Should().Equal(1, 2, 5);
        BitConverter.ToDouble(fields[1].Content).Should().BeInRange(1.7e9, 1e10);
        foreach (var value in Fields(fields[5].Content).Select(field => Fields(field.Content).ToDictionary(part => part.Number)))
            yield return (fields[2].Value, Encoding.UTF8.GetString(value[1].Content), BitConverter.ToSingle(value[2].Content));
    }

    private static IEnumerable<(int Number, long Value, byte[] Content)> Fields(byte[] message)
    {
        for (var at = 0; at < message.Length;)
        {
            var key = Varint(message, ref at);
            var value = (key & 7) switch { 0 => Varint(message, ref at), 1 => 8, 5 => 4, _ => Varint(message, ref at) };
            var length = (key & 7) == 0 ? 0 : (int)value;
            yield return ((int)(key >> 3), value, message[at..(at + length)]);
            at += length;
        }
    }

    private static long Varint(byte[] message, ref int at)
    {
        long value = 0;
        for (var shift = 0; ; shift += 7)
        {
            value |= (long)(message[at] & 0x7f) << shift;
            if (message[at++] < 0x80) return value;
        }
    }
}
