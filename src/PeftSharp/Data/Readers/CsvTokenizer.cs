using System.Text;

namespace PeftSharp.Data;

/// <summary>
/// Splits CSV text into records and fields (RFC 4180). Quoted fields may contain delimiters, line breaks and doubled quotation marks.
/// </summary>
/// <param name="reader">The text.</param>
/// <param name="delimiter">The character between two fields.</param>
/// <param name="file">The file, for messages.</param>
/// <param name="line">The number of the first line of the text, from 1.</param>
internal sealed class CsvTokenizer(TextReader reader, char delimiter, string file, int line = 1)
{
    private readonly StringBuilder _field = new();
    private int _line = line;

    /// <summary>The first line of the last record, from 1.</summary>
    internal int Line { get; private set; }

    /// <summary>The line after the last record, from 1.</summary>
    internal int NextLine => _line;

    /// <summary>Reads the next record; returns false at the end. Blank lines are skipped.</summary>
    /// <exception cref="DatasetException">A quoted field is not terminated.</exception>
    internal bool Read(List<string> fields)
    {
        while (reader.Peek() >= 0)
        {
            fields.Clear();
            Line = _line;
            var quoted = ReadRecord(fields);
            if (fields.Count > 1 || quoted || !string.IsNullOrWhiteSpace(fields[0]))
                return true;
        }
        return false;
    }

    /// <returns>Whether a field was quoted.</returns>
    private bool ReadRecord(List<string> fields)
    {
        var (quoted, atStart) = (false, true);
        while (true)
        {
            var next = reader.Read();
            if (next == '"' && atStart)
            {
                ReadQuoted(fields.Count + 1);
                (quoted, atStart) = (true, false);
            }
            else if (next == delimiter || next is -1 or '\n' or '\r')
            {
                fields.Add(_field.ToString());
                _field.Clear();
                atStart = true;
                if (next != delimiter)
                {
                    EndLine(next);
                    return quoted;
                }
            }
            else
            {
                _field.Append((char)next);
                atStart = false;
            }
        }
    }

    private void ReadQuoted(int field)
    {
        var begin = _line;
        while (reader.Read() is var next)
        {
            if (next < 0)
                throw new DatasetException($"'{file}', line {begin}, field {field}: the quoted field has no closing quotation mark. "
                    + "Write each quotation mark within a quoted field twice.");
            if (next == '"' && reader.Peek() != '"')
                return;
            if (next == '"')
                reader.Read();
            if (next == '\n' || (next == '\r' && reader.Peek() != '\n'))
                _line++;
            _field.Append((char)next);
        }
    }

    private void EndLine(int last)
    {
        if (last == '\r' && reader.Peek() == '\n')
            reader.Read();
        _line++;
    }
}
