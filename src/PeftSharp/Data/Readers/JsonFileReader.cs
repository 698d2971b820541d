using System.Text.Json;

namespace PeftSharp.Data;

/// <summary>Reads JSON lines, an array of objects, an object of arrays, or a field that holds one of the last two.</summary>
internal static class JsonFileReader
{
    internal static Dataset Read(string file, string? field)
    {
        using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 1);
        var isLines = field is null && BeginsWithLine(stream, file);
        stream.Position = 0;
        return isLines ? ReadLines(new JsonLineReader(stream), file) : ReadWhole(file, field);
    }

    /// <summary>Whether the first line that is not blank is an object from beginning to end.</summary>
    private static bool BeginsWithLine(Stream stream, string file)
    {
        var lines = new JsonLineReader(stream);
        while (lines.Read(out var line))
        {
            var text = line.Trim(" \t\r"u8);
            if (text.IsEmpty)
                continue;
            if (text[0] != (byte)'{')
                return text[0] != (byte)'[';                     // neither: the line's own error is the clearest
            try
            {
                var reader = new Utf8JsonReader(text);
                reader.Read();
                reader.Skip();
                return true;
            }
            catch (JsonException)
            {
                return text.Length > 1 && text.IndexOf((byte)':') >= 0 && text[^1] == (byte)'}';   // a line that ends but is malformed, not the first of a longer object
            }
        }
        throw new DatasetException($"'{file}' is empty.");
    }

    private static Dataset ReadLines(JsonLineReader lines, string file)
    {
        var records = new StructStore(promotesNumbers: true);
        while (lines.Read(out var line))
        {
            if (line.Trim(" \t\r"u8).IsEmpty)
                continue;
            try
            {
                var reader = new Utf8JsonReader(line);
                reader.Read();
                if (reader.TokenType != JsonTokenType.StartObject)
                    throw new DatasetException("Each line must be an object, as in {\"text\": \"…\"}.");
                JsonValues.AddRecord(ref reader, records);
                reader.Read();                                   // anything after the object is an error
            }
            catch (Exception error) when (error is JsonException or DatasetException or InvalidOperationException)
            {
                throw new DatasetException($"'{file}', line {lines.Line}{Place(error)}: {error.Message}", error);
            }
        }
        return Dataset.Of(records);
    }

    private static Dataset ReadWhole(string file, string? field)
    {
        try
        {
            var reader = new Utf8JsonReader(WithoutMark(File.ReadAllBytes(file)));
            reader.Read();
            if (field is not null)
                MoveTo(ref reader, field);
            var data = reader.TokenType switch
            {
                JsonTokenType.StartArray => ReadArray(ref reader),
                JsonTokenType.StartObject => ReadColumns(ref reader),
                _ => throw new DatasetException($"There must be an array of objects or an object of arrays, and there is {reader.TokenType}."),
            };
            return data;
        }
        catch (JsonException error)
        {
            throw new DatasetException($"'{file}', line {error.LineNumber + 1}{Place(error)}: {error.Message}", error);
        }
        catch (Exception error) when (error is DatasetException or InvalidOperationException or TypeMismatchException)
        {
            throw new DatasetException($"'{file}': {error.Message}", error);
        }
    }

    private static void MoveTo(ref Utf8JsonReader reader, string field)
    {
        var names = new List<string>();
        if (reader.TokenType != JsonTokenType.StartObject)
            throw new DatasetException($"There must be an object with the field '{field}', and there is {reader.TokenType}.");
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            names.Add(reader.GetString()!);
            reader.Read();
            if (names[^1] == field)
                return;
            reader.Skip();
        }
        throw new DatasetException($"There is no field '{field}'; the fields are {string.Join(", ", names)}.");
    }

    private static Dataset ReadArray(ref Utf8JsonReader reader)
    {
        var records = new StructStore(promotesNumbers: true);
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            try
            {
                if (reader.TokenType != JsonTokenType.StartObject)
                    throw new DatasetException($"Each item of the array must be an object, and this is {reader.TokenType}.");
                JsonValues.AddRecord(ref reader, records);
            }
            catch (DatasetException error)
            {
                throw new DatasetException($"item {records.Count}: {error.Message}", error);
            }
        return Dataset.Of(records);
    }

    private static Dataset ReadColumns(ref Utf8JsonReader reader)
    {
        var columns = new List<Column>();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.GetString()!;
            reader.Read();
            if (reader.TokenType != JsonTokenType.StartArray)
                throw new DatasetException($"The field '{name}' must be an array with one value per row, and is {reader.TokenType}. If the rows are in one field of the file, name it by LoadOptions.Field.");
            var builder = new ColumnBuilder(promotesNumbers: true);
            while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                try
                {
                    JsonValues.Add(ref reader, builder);
                }
                catch (TypeMismatchException mismatch)
                {
                    throw new DatasetException($"column '{name}', row {builder.Count}: {mismatch.Message}", mismatch);
                }
            columns.Add(new Column(name, builder.Build()));
        }
        return Dataset.FromColumns(columns);
    }

    private static ReadOnlySpan<byte> WithoutMark(byte[] bytes) => bytes.AsSpan().StartsWith("\uFEFF"u8) ? bytes.AsSpan(3) : bytes;

    private static string Place(Exception error) => error is JsonException { BytePositionInLine: { } position } ? $", byte {position + 1}" : "";
}
