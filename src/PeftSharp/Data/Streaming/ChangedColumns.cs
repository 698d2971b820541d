using System.Text.Json.Nodes;

namespace PeftSharp.Data;

/// <summary>Selects, renames or removes columns, without reading their values.</summary>
/// <param name="input">The stream.</param>
/// <param name="name">The operation, for the description.</param>
/// <param name="change">Returns the new columns.</param>
internal sealed class ChangedColumns(RowSource input, string name, Func<ColumnSet, ColumnSet> change) : RowOperation(input)
{
    internal override IReadOnlyDictionary<string, Feature>? Features =>
        Input.Features is { } known
            ? new OrderedDictionary<string, Feature>(
                change(NoRows(known)).All.Select(column => KeyValuePair.Create(column.Name, column.Feature)))
            : null;

    internal override long? RowCount => Input.RowCount;

    private protected override string OwnDescription => name;

    private protected override RowSource WithInput(RowSource input) => new ChangedColumns(input, name, change);

    internal override RowCursor Open(int epoch, JsonObject? state) => new Cursor(Input.Open(epoch, state), change);

    /// <summary>Returns columns of these types without rows.</summary>
    internal static ColumnSet NoRows(IReadOnlyDictionary<string, Feature> features) =>
        new(features.Select(feature => new Column(feature.Key, feature.Value, new NullData(0), RowIndex.All(0))), 0);

    private sealed class Cursor(RowCursor rows, Func<ColumnSet, ColumnSet> change) : RowCursor
    {
        private ColumnSet? _from, _to;       // consecutive rows are usually from the same columns

        internal override bool MoveNext()
        {
            if (!rows.MoveNext())
                return false;
            var row = rows.Current;
            if (!ReferenceEquals(row.Columns, _from))
                (_from, _to) = (row.Columns, change(row.Columns));
            Current = new Row(_to!, row.Position);
            return true;
        }

        internal override JsonObject SaveState() => rows.SaveState();

        public override void Dispose() => rows.Dispose();
    }
}
