using System.Text.Json.Nodes;

namespace PeftSharp.Data;

/// <summary>Reads the records of a CSV file, starting at a position.</summary>
internal sealed class CsvRecords : IDisposable
{
    private readonly DataInput _file;
    private readonly bool _keepsNa;
    private readonly long _start;
    private readonly int[] _kept;            // the index of each chosen column in a record
    private readonly string[] _all;
    private readonly List<string> _record = [];
    private readonly CountedText _text;
    private readonly CsvTokenizer _records;

    /// <exception cref="DatasetException">The file is empty, or has no column with a requested name, or more than one.</exception>
    internal CsvRecords(string file, DatasetLoadOptions options, JsonObject? position)
    {
        (_file, _keepsNa) = (new DataInput(file), !options.KeepDefaultNa);
        var delimiter = CsvFileReader.DelimiterOf(_file, options);
        var headerBytes = 0L;
        var headerLines = 0;
        using (var text = new CountedText(TextStream.Open(file, 0)))
        {
            if (text.Peek() == '\uFEFF')
                text.Read();
            var records = new CsvTokenizer(text, delimiter, file);
            _all = CsvFileReader.Names(records, _file, options);
            (headerBytes, headerLines) = (text.BytesRead, records.NextLine - 1);
        }
        _kept = [.. ColumnChoice.Of(options.Columns, _all, file).Select(name => Array.IndexOf(_all, name))];
        (Names, Fields) = ([.. _kept.Select(column => _all[column])], new string?[_kept.Length]);
        _start = position?.Integer("offset") ?? headerBytes;
        _text = new CountedText(TextStream.Open(file, _start));
        _records = new CsvTokenizer(_text, delimiter, file, (int)(position?.Integer("line") ?? headerLines) + 1);
    }

    /// <summary>The names of the chosen columns.</summary>
    internal string[] Names { get; }

    /// <summary>The fields of the chosen columns in the last record; null for an NA value.</summary>
    internal string?[] Fields { get; }

    /// <summary>The number of bytes before the next record.</summary>
    internal long Offset => _start + _text.BytesRead;

    /// <summary>The first line of the last record, from 1.</summary>
    internal int Line => _records.Line;

    /// <summary>The line after the last record, from 1.</summary>
    internal int NextLine => _records.NextLine;

    /// <exception cref="DatasetException">The number of fields of the record differs from the number of columns.</exception>
    internal bool Read()
    {
        if (!_records.Read(_record))
            return false;
        CsvFileReader.RequireFields(_record, _all, _records, _file);
        for (var i = 0; i < _kept.Length; i++)
            Fields[i] = !_keepsNa && CsvTypes.IsNa(_record[_kept[i]]) ? null : _record[_kept[i]];
        return true;
    }

    public void Dispose() => _text.Dispose();
}
