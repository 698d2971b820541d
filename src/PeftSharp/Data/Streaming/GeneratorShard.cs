using System.Text.Json.Nodes;
using PeftSharp.Internal;

namespace PeftSharp.Data;

/// <summary>Rows that a function of the caller generates. To continue at a position, the rows before it are generated again.</summary>
/// <param name="index">The index of the shard, for the description.</param>
/// <param name="generate">Starts the sequence of the rows.</param>
/// <param name="toValues">Returns the values of a row by column.</param>
/// <param name="features">The declared types of the columns; null: each value determines its type.</param>
internal sealed class GeneratorShard<T>(
    int index, Func<IEnumerable<T>> generate, Func<T, long, IEnumerable<KeyValuePair<string, object?>>> toValues,
    IReadOnlyDictionary<string, Feature>? features) : RowShard
{
    internal override string Description => $"{index}";

    internal override ShardReader Open(JsonObject? position) => new Reader(this, position?.Integer("row") ?? 0);

    private sealed class Reader : ShardReader
    {
        private readonly GeneratorShard<T> _shard;
        private readonly IEnumerator<T> _rows;
        private long _next;

        internal Reader(GeneratorShard<T> shard, long start)
        {
            _shard = shard;
            _rows = Start(shard);
            while (_next < start)
                if (!Advance())
                {
                    _rows.Dispose();
                    throw new DatasetException($"The function of FromGenerator generated {Quantity.Of(_next, "row")}, fewer than the "
                        + $"number of rows before the stored position ({start}). The function must generate the same rows each time. If it "
                        + "cannot, start the stream from the beginning.");
                }
        }

        internal override ColumnSet? ReadChunk()
        {
            if (!Advance())
                return null;
            var row = _next - 1;
            var columns = new List<Column>();
            foreach (var (name, value) in _shard.ToValues(_rows.Current, row))
                columns.Add(SingleRow.Column(name, value, row));
            var set = new ColumnSet(columns, 1);
            return _shard.Features is { } features ? SingleRow.Conform(set, features, row) : set;
        }

        private static IEnumerator<T> Start(GeneratorShard<T> shard)
        {
            try
            {
                if (shard.Generate() is { } rows)
                    return rows.GetEnumerator();
            }
            catch (Exception error) when (error is not OperationCanceledException)
            {
                throw new DatasetException($"The function of FromGenerator failed before the first row: {error.Message}", error);
            }
            throw new DatasetException("The function of FromGenerator returned null. Return a sequence.");
        }

        private bool Advance()
        {
            try
            {
                if (!_rows.MoveNext())
                    return false;
            }
            catch (Exception error) when (error is not OperationCanceledException)
            {
                throw new DatasetException($"The function of FromGenerator failed on row {_next}: {error.Message}", error);
            }
            _next++;
            return true;
        }

        internal override JsonObject PositionOf(int row) => new() { ["row"] = _next - 1 + row };

        public override void Dispose() => _rows.Dispose();
    }

    private Func<IEnumerable<T>> Generate => generate;

    private Func<T, long, IEnumerable<KeyValuePair<string, object?>>> ToValues => toValues;

    private IReadOnlyDictionary<string, Feature>? Features => features;
}
