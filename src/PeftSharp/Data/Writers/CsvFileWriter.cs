using System.Globalization;
using PeftSharp.Internal;

namespace PeftSharp.Data;

/// <summary>Writes rows as CSV (RFC 4180) like pandas: null and NaN are empty fields, and a field is quoted only if it must be.</summary>
internal sealed class CsvFileWriter
{
    private readonly TextWriter _writer;
    private readonly IReadOnlyList<Column> _columns;
    private readonly char _delimiter;
    private readonly string[] _timeFormats;

    /// <exception cref="DatasetException">CSV cannot represent the type of a column.</exception>
    private CsvFileWriter(TextWriter writer, IReadOnlyList<Column> columns, char delimiter)
    {
        foreach (var column in columns)
        {
            JsonText.RequireUnicode(column.Name);
            if (column.Feature is Sequence or Struct or Value { Dtype: "binary" })
                throw new DatasetException($"Column '{column.Name}' has type {column.Feature}, which CSV cannot hold. Save the dataset as "
                    + "Parquet (ToParquet) or JSON (ToJson), convert the column to text with Map, or remove it (RemoveColumns).");
        }
        (_writer, _columns, _delimiter) = (writer, columns, delimiter);
        _timeFormats = [.. columns.Select(TimeFormat)];
    }

    /// <exception cref="DatasetException">CSV cannot represent the type of a column, or a value.</exception>
    internal static void Write(Stream stream, IReadOnlyList<Column> columns, int rows, char delimiter, bool header, RowLoop loop)
    {
        using var writer = new StreamWriter(stream, StrictUtf8.Encoding, bufferSize: 1 << 16, leaveOpen: true);
        new CsvFileWriter(writer, columns, delimiter).Write(rows, header, loop);
    }

    private void Write(int rows, bool header, RowLoop loop)
    {
        if (header)
            WriteRecord(column => column.Name);
        loop.Run(rows, row => WriteRecord((column, i) =>
        {
            var text = Text(column[row], _timeFormats[i]);
            try
            {
                JsonText.RequireUnicode(text);
            }
            catch (DatasetException error)
            {
                throw RowLoop.Refusal(column, row, error.Message, error);
            }
            return text;
        }));
    }

    private void WriteRecord(Func<Column, string> text) => WriteRecord((column, _) => text(column));

    private void WriteRecord(Func<Column, int, string> text)
    {
        for (var i = 0; i < _columns.Count; i++)
        {
            if (i > 0)
                _writer.Write(_delimiter);
            WriteField(text(_columns[i], i));
        }
        _writer.Write('\n');
    }

    private void WriteField(string field)
    {
        // A record that consists of white space is a blank line, which readers skip.
        var isBlank = _columns.Count == 1 && string.IsNullOrWhiteSpace(field);
        if (!isBlank && !field.Contains(_delimiter, StringComparison.Ordinal) && field.AsSpan().IndexOfAny('"', '\n', '\r') < 0)
        {
            _writer.Write(field);
            return;
        }
        _writer.Write('"');
        _writer.Write(field.Replace("\"", "\"\"", StringComparison.Ordinal));
        _writer.Write('"');
    }

    private static string Text(object? value, string timeFormat) => value switch
    {
        null or double.NaN or float.NaN => "",
        string text => text,
        bool boolean => boolean ? "True" : "False",
        double number => WithPoint(number.ToString("R", CultureInfo.InvariantCulture)),
        float number => WithPoint(number.ToString("R", CultureInfo.InvariantCulture)),
        DateTime time => time.ToString(timeFormat, CultureInfo.InvariantCulture) + (time.Kind == DateTimeKind.Utc ? "+00:00" : ""),
        _ => ValueText.Of(value),
    };

    /// <summary>Adds a decimal point to an integral value, so that the column is read as float64.</summary>
    private static string WithPoint(string number) => number switch
    {
        "Infinity" or "∞" => "inf",
        "-Infinity" or "-∞" => "-inf",
        _ => number.AsSpan().IndexOfAny('.', 'E') < 0 ? number + ".0" : number,
    };

    /// <summary>
    /// Returns the format of the dates and times of a column. As in pandas, the time of day is omitted if all values are at midnight.
    /// </summary>
    private static string TimeFormat(Column column)
    {
        const string Complete = "yyyy-MM-dd HH:mm:ss.FFFFFFF";
        if (column.Feature is not Value { Dtype: "timestamp" })
            return Complete;
        for (var row = 0; row < column.Count; row++)
            if (column[row] is DateTime time && (time.TimeOfDay != TimeSpan.Zero || time.Kind == DateTimeKind.Utc))
                return Complete;
        return "yyyy-MM-dd";
    }
}
