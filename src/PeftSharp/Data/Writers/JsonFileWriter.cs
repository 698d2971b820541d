using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace PeftSharp.Data;

/// <summary>Writes rows as JSON objects: one per line, or as an array.</summary>
internal sealed class JsonFileWriter(Stream stream, IReadOnlyList<Column> columns)
{
    private const int FlushBytes = 1 << 16;

    // Most characters that are not ASCII are written as UTF-8, not as escape sequences; every JSON reader accepts both.
    private static readonly JsonWriterOptions Options =
        new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    private readonly ArrayBufferWriter<byte> _buffer = new(2 * FlushBytes);
    private readonly JsonEncodedText[] _names = [.. columns.Select(Name)];

    internal void Write(int rows, bool lines, RowLoop loop)
    {
        using var json = new Utf8JsonWriter(_buffer, Options);
        if (!lines)
            Append("["u8);
        loop.Run(rows, row =>
        {
            if (!lines)
                Append(row == 0 ? "\n"u8 : ",\n"u8);
            WriteRow(json, row);
            if (lines)
                Append("\n"u8);
            if (_buffer.WrittenCount >= FlushBytes)
                Flush();
        });
        if (!lines)
            Append("\n]\n"u8);
        Flush();
    }

    private void WriteRow(Utf8JsonWriter json, int row)
    {
        json.Reset(_buffer);
        json.WriteStartObject();
        for (var i = 0; i < columns.Count; i++)
        {
            json.WritePropertyName(_names[i]);
            try
            {
                JsonText.Write(json, columns[i][row]);
            }
            catch (DatasetException error)
            {
                throw RowLoop.Refusal(columns[i], row, error.Message, error);
            }
        }
        json.WriteEndObject();
        json.Flush();
    }

    private static JsonEncodedText Name(Column column)
    {
        JsonText.RequireUnicode(column.Name);
        return JsonEncodedText.Encode(column.Name, Options.Encoder);
    }

    private void Append(ReadOnlySpan<byte> text) => _buffer.Write(text);

    private void Flush()
    {
        stream.Write(_buffer.WrittenSpan);
        _buffer.ResetWrittenCount();
    }
}
