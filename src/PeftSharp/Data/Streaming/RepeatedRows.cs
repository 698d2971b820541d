using System.Text.Json.Nodes;

namespace PeftSharp.Data;

/// <summary>A stream several times, or endlessly (<c>repeat</c>).</summary>
/// <param name="input">The stream.</param>
/// <param name="times">How many times the rows are returned; null: endlessly.</param>
internal sealed class RepeatedRows(RowSource input, int? times) : RowOperation(input)
{
    internal override IReadOnlyDictionary<string, Feature>? Features => Input.Features;

    internal override long? RowCount => times is { } count ? Input.RowCount * count : Input.RowCount == 0 ? 0 : null;

    private protected override string OwnDescription => $"repeat({times?.ToString(System.Globalization.CultureInfo.InvariantCulture)})";

    private protected override RowSource WithInput(RowSource input) => new RepeatedRows(input, times);

    internal override RowCursor Open(int epoch, JsonObject? state) => new Cursor(Input, times, epoch, state);

    private sealed class Cursor(RowSource source, int? times, int epoch, JsonObject? state) : RowCursor
    {
        private RowCursor _rows = source.Open(epoch, state?.Object("rows"));
        private long _done = state?.Integer("done") ?? 0;
        private bool _isEmpty = state?.Boolean("empty") ?? true;       // whether the current repetition has returned no row

        internal override bool MoveNext()
        {
            while (times is null || _done < times)
            {
                if (_rows.MoveNext())
                {
                    (Current, _isEmpty) = (_rows.Current, false);
                    return true;
                }
                if (_isEmpty)
                    return false;                                  // an endless repetition of a stream without rows would never return
                _rows.Dispose();
                (_rows, _isEmpty) = (source.Open(epoch, null), true);
                _done++;
            }
            return false;
        }

        internal override JsonObject SaveState() =>
            new() { ["rows"] = _rows.SaveState(), ["done"] = _done, ["empty"] = _isEmpty };

        public override void Dispose() => _rows.Dispose();
    }
}
