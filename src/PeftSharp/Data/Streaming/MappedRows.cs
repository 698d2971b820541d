using System.Text.Json.Nodes;

namespace PeftSharp.Data;

/// <summary>Adds or replaces columns, computed row by row (<c>map</c>).</summary>
/// <param name="input">The stream.</param>
/// <param name="function">Returns the values of the new columns of a row, by name, from the row and its index.</param>
/// <param name="removed">The columns that are removed.</param>
internal sealed class MappedRows(
    RowSource input, Func<Row, int, IEnumerable<KeyValuePair<string, object?>>> function, IReadOnlyList<string> removed)
    : RowOperation(input)
{
    internal override IReadOnlyDictionary<string, Feature>? Features => null;

    internal override long? RowCount => Input.RowCount;

    private protected override string OwnDescription => "map";

    private protected override RowSource WithInput(RowSource input) => new MappedRows(input, function, removed);

    internal override RowCursor Open(int epoch, JsonObject? state) => new Cursor(Input.Open(epoch, state?.Object("rows")), state, this);

    private Row Map(Row row, long index)
    {
        var created = new OrderedDictionary<string, Column>(StringComparer.Ordinal);
        var given = new Row(row.Columns, row.Position, index);
        foreach (var (name, value) in MapResult.Call(() => function(given, (int)index), $"row {index} of the stream"))
            created.Add(name, SingleRow.Column(name, value, index));
        return new Row(NewColumns.Replace(SingleRow.Of(row), created, removed), 0);
    }

    private sealed class Cursor(RowCursor rows, JsonObject? state, MappedRows map) : RowCursor
    {
        private long _index = state?.Integer("index") ?? 0;

        internal override bool MoveNext()
        {
            if (!rows.MoveNext())
                return false;
            Current = map.Map(rows.Current, _index);
            _index++;
            return true;
        }

        internal override JsonObject SaveState() => new() { ["rows"] = rows.SaveState(), ["index"] = _index };

        public override void Dispose() => rows.Dispose();
    }
}
