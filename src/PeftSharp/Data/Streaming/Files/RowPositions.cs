using System.Text.Json.Nodes;

namespace PeftSharp.Data;

/// <summary>The positions of the rows of a chunk in a text file, in bytes and in lines.</summary>
/// <param name="length">The size of the file in bytes.</param>
internal sealed class RowPositions(long length)
{
    private readonly List<(long Offset, int Line)> _rows = [];

    internal int Count => _rows.Count;

    /// <summary>The number of bytes of the rows.</summary>
    internal long Bytes => _rows.Count == 0 ? 0 : _rows[^1].Offset - _rows[0].Offset;

    internal void Clear() => _rows.Clear();

    /// <summary>Adds a row, or the end of the last row.</summary>
    /// <param name="offset">The number of bytes before the row.</param>
    /// <param name="line">The number of lines before the row.</param>
    internal void Add(long offset, int line) => _rows.Add((offset, line));

    internal JsonObject this[int row] => new() { ["offset"] = _rows[row].Offset, ["line"] = _rows[row].Line, ["length"] = length };

    /// <summary>The position of a row for messages.</summary>
    internal string Place(int row) => $"line {_rows[row].Line + 1}";
}
