using System.Text.Json.Nodes;

namespace PeftSharp.Data;

/// <summary>The rows for which a function returns true (<c>filter</c>).</summary>
internal sealed class FilteredRows(RowSource input, Func<Row, int, bool> function) : RowOperation(input)
{
    internal override IReadOnlyDictionary<string, Feature>? Features => Input.Features;

    internal override long? RowCount => null;

    private protected override string OwnDescription => "filter";

    private protected override RowSource WithInput(RowSource input) => new FilteredRows(input, function);

    internal override RowCursor Open(int epoch, JsonObject? state) => new Cursor(Input.Open(epoch, state?.Object("rows")), state, function);

    private sealed class Cursor(RowCursor rows, JsonObject? state, Func<Row, int, bool> function) : RowCursor
    {
        private long _index = state?.Integer("index") ?? 0;

        internal override bool MoveNext()
        {
            while (rows.MoveNext())
            {
                var row = new Row(rows.Current.Columns, rows.Current.Position, _index);
                var isKept = MapResult.Call(() => function(row, (int)_index), $"row {_index} of the stream");
                _index++;
                if (!isKept)
                    continue;
                Current = row;
                return true;
            }
            return false;
        }

        internal override JsonObject SaveState() => new() { ["rows"] = rows.SaveState(), ["index"] = _index };

        public override void Dispose() => rows.Dispose();
    }
}
