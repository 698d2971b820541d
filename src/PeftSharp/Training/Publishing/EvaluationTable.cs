using System.Globalization;
using System.Text;
using PeftSharp.Internal;

namespace PeftSharp.Training.Publishing;

/// <summary>
/// The evaluations of a run, from its log: a table with a row for each evaluation, and the results of the last evaluation (transformers'
/// <c>parse_log_history</c>).
/// </summary>
internal sealed class EvaluationTable
{
    private const string Evaluation = "eval_";
    private static readonly string[] _notResults = ["runtime", "samples_per_second", "steps_per_second"];
    private readonly List<OrderedDictionary<string, string>> _rows = [];

    /// <summary>The results of the last evaluation by name, such as <c>Accuracy</c>; empty if there was none.</summary>
    internal OrderedDictionary<string, double> Results { get; } = new(StringComparer.Ordinal);

    /// <param name="log">The log of the run.</param>
    internal EvaluationTable(IReadOnlyList<IReadOnlyDictionary<string, double>> log)
    {
        var loss = "No log";
        var lastStep = double.NaN;
        foreach (var entry in log)
        {
            if (entry.TryGetValue("loss", out var trainingLoss)) loss = Round(trainingLoss);
            var metrics = entry.Where(pair => IsResult(pair.Key)).ToArray();
            if (metrics.Length == 0) continue;
            var step = entry.GetValueOrDefault("step", double.NaN);
            // Several evaluation datasets are several entries of one step.
            if (step != lastStep || _rows.Count == 0)
            {
                Results.Clear();
                _rows.Add(new(StringComparer.Ordinal)
                {
                    ["Training Loss"] = loss, ["Epoch"] = Round(entry.GetValueOrDefault("epoch", double.NaN)),
                    ["Step"] = step.ToString(CultureInfo.InvariantCulture),
                });
            }
            lastStep = step;
            foreach (var (key, value) in metrics)
            {
                var name = NameOf(key);
                Results[name] = value;
                _rows[^1][name == "Loss" ? "Validation Loss" : name] = Round(value);
            }
        }
    }

    /// <summary>Returns a table in Markdown; empty if there was no evaluation.</summary>
    internal string ToMarkdown()
    {
        if (_rows.Count == 0) return "";
        var columns = _rows.SelectMany(row => row.Keys).Distinct(StringComparer.Ordinal).ToArray();
        var widths = columns.Select(column => _rows.Max(row => Math.Max(column.Length, Cell(row, column).Length))).ToArray();
        var text = new StringBuilder();
        Line(columns);
        text.Append(string.Concat(widths.Select(width => "|:" + new string('-', width) + ":"))).Append("|\n");
        foreach (var row in _rows) Line([.. columns.Select(column => Cell(row, column))]);
        return text.ToString();

        void Line(string[] cells) =>
            text.Append(string.Concat(cells.Zip(widths, (cell, width) => $"| {cell.PadRight(width)} "))).Append("|\n");

        static string Cell(OrderedDictionary<string, string> row, string column) => row.GetValueOrDefault(column, "");
    }

    /// <summary>Formats a number with at most four decimals, as in transformers.</summary>
    internal static string Round(double value) => PythonFloat.Repr(value) is var text && text.Split('.') is [_, { Length: > 4 }]
        ? value.ToString("F4", CultureInfo.InvariantCulture) : text;

    private static bool IsResult(string key) => key.StartsWith(Evaluation, StringComparison.Ordinal)
        && !_notResults.Any(name => key.EndsWith(name, StringComparison.Ordinal));

    /// <summary>Returns the name of a result, such as <c>Matthews Correlation</c> for <c>eval_matthews_correlation</c>.</summary>
    private static string NameOf(string key) => string.Join(' ', key[Evaluation.Length..].Split('_')
        .Select(part => part.Length == 0 ? part : char.ToUpperInvariant(part[0]) + part[1..].ToLowerInvariant()));
}
