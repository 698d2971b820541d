using System.Buffers.Binary;
using System.Globalization;
using System.Numerics;
using System.Text;
using PeftSharp.Internal;

namespace PeftSharp.Training;

/// <summary>
/// Writes log entries as TensorBoard scalars, such as <c>train/loss</c> and <c>eval/accuracy</c>, to an event file (transformers'
/// <c>TensorBoardCallback</c>).
/// </summary>
/// <remarks>
/// <para>
/// The file consists of TFRecords with one <c>Event</c> message each. It is flushed after each log entry, so that TensorBoard can read it
/// during the run.
/// </para>
/// <para>Not thread-safe: a trainer calls the callback on the thread that trains. Use an instance with one trainer at a time.</para>
/// </remarks>
public sealed class TensorBoardCallback : TrainerCallback, IDisposable
{
    private readonly string _folder;
    private FileStream? _file;

    /// <summary>Creates a callback.</summary>
    /// <param name="folder">The folder of the event file; created if it does not exist.</param>
    /// <exception cref="ArgumentException"><paramref name="folder"/> is null or empty.</exception>
    public TensorBoardCallback(string folder)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        _folder = folder;
    }

    /// <inheritdoc/>
    public override void OnLog(TrainingArguments args, TrainerState state, TrainerControl control, IReadOnlyDictionary<string, double> logs)
    {
        _file ??= OpenFile();
        var summary = new List<byte>();
        foreach (var (name, value) in logs)
        {
            if (name is "epoch" or "step") continue;
            var entry = new List<byte>();
            AddText(entry, 1, Tag(name));
            AddFloat(entry, 2, (float)value);
            AddBytes(summary, 1, entry);
        }
        WriteEvent(state.GlobalStep, field: 5, summary);
        _file.Flush();
    }

    /// <inheritdoc/>
    public override void OnTrainEnd(TrainingArguments args, TrainerState state, TrainerControl control) => Dispose();

    /// <summary>Closes the event file. A later log entry opens another file.</summary>
    public void Dispose()
    {
        _file?.Dispose();
        _file = null;
    }

    /// <summary>Returns the tag of a metric, as transformers' <c>rewrite_logs</c>.</summary>
    private static string Tag(string name) =>
        name.StartsWith("eval_", StringComparison.Ordinal) ? $"eval/{name[5..]}"
            : name.StartsWith("test_", StringComparison.Ordinal) ? $"test/{name[5..]}"
            : $"train/{name}";

    private FileStream OpenFile()
    {
        FolderAccess.Create(_folder);
        var seconds = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() / 1000.0;
        var name = string.Create(
            CultureInfo.InvariantCulture, $"events.out.tfevents.{seconds:F3}.{Environment.MachineName}.{Environment.ProcessId}");
        _file = new FileStream(Path.Combine(_folder, name), FileMode.CreateNew, FileAccess.Write, FileShare.Read);
        WriteEvent(step: 0, field: 3, [.. "brain.Event:2"u8]);
        return _file;
    }

    private void WriteEvent(long step, int field, List<byte> content)
    {
        var message = new List<byte> { (1 << 3) | 1 };
        Span<byte> time = stackalloc byte[8];
        BinaryPrimitives.WriteDoubleLittleEndian(time, DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() / 1000.0);
        message.AddRange(time);
        message.Add(2 << 3);
        AddVarint(message, (ulong)step);
        AddBytes(message, field, content);
        WriteRecord([.. message]);
    }

    private void WriteRecord(ReadOnlySpan<byte> data)
    {
        Span<byte> length = stackalloc byte[8], sum = stackalloc byte[4];
        BinaryPrimitives.WriteUInt64LittleEndian(length, (ulong)data.Length);
        _file!.Write(length);
        BinaryPrimitives.WriteUInt32LittleEndian(sum, MaskedCrc(length));
        _file.Write(sum);
        _file.Write(data);
        BinaryPrimitives.WriteUInt32LittleEndian(sum, MaskedCrc(data));
        _file.Write(sum);
    }

    /// <summary>Returns the masked CRC-32C of the TFRecord format: the CRC, rotated right by 15 bits, plus a constant.</summary>
    private static uint MaskedCrc(ReadOnlySpan<byte> data)
    {
        var sum = uint.MaxValue;
        foreach (var value in data) sum = BitOperations.Crc32C(sum, value);
        return BitOperations.RotateRight(~sum, 15) + 0xa282ead8;
    }

    private static void AddText(List<byte> message, int field, string text) => AddBytes(message, field, [.. Encoding.UTF8.GetBytes(text)]);

    private static void AddBytes(List<byte> message, int field, List<byte> content)
    {
        message.Add((byte)((field << 3) | 2));
        AddVarint(message, (ulong)content.Count);
        message.AddRange(content);
    }

    private static void AddFloat(List<byte> message, int field, float value)
    {
        message.Add((byte)((field << 3) | 5));
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteSingleLittleEndian(bytes, value);
        message.AddRange(bytes);
    }

    private static void AddVarint(List<byte> message, ulong value)
    {
        for (; value >= 0x80; value >>= 7) message.Add((byte)(value | 0x80));
        message.Add((byte)value);
    }
}
