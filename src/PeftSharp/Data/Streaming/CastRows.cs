using System.Text.Json.Nodes;
using PeftSharp.Internal;

namespace PeftSharp.Data;

/// <summary>Converts a column to another type (<c>cast_column</c>).</summary>
internal sealed class CastRows(RowSource input, string column, Feature feature) : RowOperation(input)
{
    internal override IReadOnlyDictionary<string, Feature>? Features =>
        Input.Features is not { } known ? null
        : known.ContainsKey(column) ? new OrderedDictionary<string, Feature>(known) { [column] = feature }
        : throw new DatasetException($"There is no column '{column}'. Columns: {NameList.Of(known.Keys)}.");

    internal override long? RowCount => Input.RowCount;

    private protected override string OwnDescription => $"cast({column}: {feature})";

    private protected override RowSource WithInput(RowSource input) => new CastRows(input, column, feature);

    internal override RowCursor Open(int epoch, JsonObject? state) =>
        new Cursor(Input.Open(epoch, state?.Object("rows")), state, column, feature);

    private sealed class Cursor(RowCursor rows, JsonObject? state, string column, Feature feature) : RowCursor
    {
        private long _index = state?.Integer("index") ?? 0;

        internal override bool MoveNext()
        {
            if (!rows.MoveNext())
                return false;
            // Converts only this row, because a filter may have removed rows of the same chunk that cannot be converted.
            var row = rows.Current;
            Current = row.Columns[column].Feature == feature ? row : new Row(Cast(SingleRow.Of(row)), 0);
            _index++;
            return true;
        }

        private ColumnSet Cast(ColumnSet row) => row.Replace(column, SingleRow.Cast(row[column], feature, _index));

        internal override JsonObject SaveState() => new() { ["rows"] = rows.SaveState(), ["index"] = _index };

        public override void Dispose() => rows.Dispose();
    }
}
