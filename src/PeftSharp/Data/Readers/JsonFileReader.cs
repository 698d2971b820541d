using System.Text.Json;
using PeftSharp.Internal;

namespace PeftSharp.Data;

/// <summary>
/// Reads a JSON file: JSON lines, an array of objects, an object of arrays, or an object with a field that contains an array of objects or
/// an object of arrays.
/// </summary>
internal static class JsonFileReader
{
    internal static Dataset Read(DataInput file, DatasetLoadOptions options)
    {
        if (options.Field is not null || !IsJsonLines(file, options.Reading))
            return ReadWhole(file, options);
        using var stream = DataStream.Open(file, options.Reading);
        return ReadLines(new JsonLineReader(stream), file, options.Columns);
    }

    /// <summary>Returns whether the file is JSON lines: the first line that is not blank is a complete object.</summary>
    internal static bool IsJsonLines(DataInput file, FileReading reading)
    {
        using var stream = DataStream.Open(file, reading);
        var lines = new JsonLineReader(stream);
        while (lines.Read(out var line))
        {
            var text = PythonNumbers.Rewrite(line.Trim(" \t\r"u8));
            if (text.IsEmpty)
                continue;
            if (text.StartsWith<byte>([0xFF, 0xFE]) || text.StartsWith<byte>([0xFE, 0xFF]))
                throw new DatasetException($"'{file}' is UTF-16 text, but JSON must be UTF-8. Convert it, for example with iconv.");
            if (text[0] != (byte)'{')
                return text[0] != (byte)'[';                     // neither an object nor an array: ReadLines throws the clearest error
            try
            {
                var reader = new Utf8JsonReader(text);
                reader.Read();
                reader.Skip();
                return true;
            }
            catch (JsonException)
            {
                // True for a complete but malformed line, false for the first line of an object of several lines.
                return text.Length > 1 && text.IndexOf((byte)':') >= 0 && text[^1] == (byte)'}';
            }
        }
        throw new DatasetException($"'{file}' is empty. Add at least one row.");
    }

    private static Dataset ReadLines(JsonLineReader lines, DataInput file, IReadOnlyList<string>? columns)
    {
        var records = new StructStore(promotesNumbers: true);
        while (lines.Read(out var line))
            AddLine(line, lines.Line, records, file, columns);
        return Dataset.Of(records);
    }

    /// <summary>Adds the object of a line. Blank lines are skipped.</summary>
    /// <returns>Whether the line has an object.</returns>
    internal static bool AddLine(
        ReadOnlySpan<byte> line, int number, StructStore records, DataInput file, IReadOnlyList<string>? columns)
    {
        if (line.Trim(" \t\r"u8).IsEmpty)
            return false;
        try
        {
            var reader = new Utf8JsonReader(PythonNumbers.Rewrite(line));
            reader.Read();
            if (reader.TokenType != JsonTokenType.StartObject)
                throw new DatasetException("Each line must be an object, such as {\"text\": \"…\"}.");
            JsonValues.AddRecord(ref reader, records, columns);
            reader.Read();                                       // throws if another token follows
            return true;
        }
        catch (Exception error) when (error is JsonException or DatasetException or InvalidOperationException)
        {
            throw new DatasetException($"'{file}', line {number}{Position(error)}: {error.Message}", error);
        }
    }

    internal static Dataset ReadWhole(DataInput file, DatasetLoadOptions options)
    {
        try
        {
            var reader = new Utf8JsonReader(PythonNumbers.Rewrite(WithoutByteOrderMark(ReadBytes(file, options.Reading))));
            reader.Read();
            if (options.Field is not null)
                MoveTo(ref reader, options.Field);
            var data = reader.TokenType switch
            {
                JsonTokenType.StartArray => ReadArray(ref reader, options.Columns),
                JsonTokenType.StartObject => ReadColumns(ref reader, options.Columns),
                _ => throw new DatasetException(
                    (options.Field is { } field ? $"The field '{field}' (DatasetLoadOptions.Field)" : "The file")
                    + $" must contain an array of objects or an object of arrays, but its first token is {reader.TokenType}."),
            };
            while (reader.Read()) { }                            // throws if the text after the rows is malformed
            return data;
        }
        catch (JsonException error)
        {
            throw new DatasetException($"'{file}', line {error.LineNumber + 1}{Position(error)}: {error.Message}", error);
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
            throw new DatasetException($"The file must contain an object with the field '{field}' (DatasetLoadOptions.Field), "
                + $"but the first token is {reader.TokenType}.");
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            names.Add(reader.GetString()!);
            reader.Read();
            if (names[^1] == field)
                return;
            reader.Skip();
        }
        throw new DatasetException($"There is no field '{field}' (DatasetLoadOptions.Field). "
            + $"Fields: {NameList.Of(names)}.");
    }

    private static Dataset ReadArray(ref Utf8JsonReader reader, IReadOnlyList<string>? columns)
    {
        var records = new StructStore(promotesNumbers: true);
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            try
            {
                if (reader.TokenType != JsonTokenType.StartObject)
                    throw new DatasetException($"Each item of the array must be an object, but this item is {reader.TokenType}.");
                JsonValues.AddRecord(ref reader, records, columns);
            }
            catch (DatasetException error)
            {
                throw new DatasetException($"item {records.Count}: {error.Message}", error);
            }
        return Dataset.Of(records);
    }

    private static Dataset ReadColumns(ref Utf8JsonReader reader, IReadOnlyList<string>? chosen)
    {
        var columns = new List<Column>();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.GetString()!;
            reader.Read();
            if (chosen?.Contains(name) == false)
            {
                reader.Skip();
                continue;
            }
            if (reader.TokenType != JsonTokenType.StartArray)
                throw new DatasetException($"The field '{name}' must be an array with one value per row, but it is {reader.TokenType}. "
                    + "If a field contains the rows, set DatasetLoadOptions.Field.");
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

    private static byte[] ReadBytes(DataInput file, FileReading reading)
    {
        try
        {
            using var stream = DataStream.Open(file, reading);
            using var bytes = new MemoryStream();
            stream.CopyTo(bytes);
            return bytes.ToArray();
        }
        catch (IOException error) when (error is not FileNotFoundException && new FileInfo(file.File).Length > int.MaxValue / 2)
        {
            throw new DatasetException($"'{file}' is too large: a JSON file with a single value can have at most 2 GB. "
                + "Use JSON lines (one object per line), which have no limit.", error);
        }
    }

    private static ReadOnlySpan<byte> WithoutByteOrderMark(byte[] bytes) => bytes.AsSpan().StartsWith("\uFEFF"u8) ? bytes.AsSpan(3) : bytes;

    private static string Position(Exception error) =>
        error is JsonException { BytePositionInLine: { } position } ? $", byte {position + 1}" : "";
}
