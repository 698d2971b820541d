using System.Globalization;
using System.Text;

namespace PeftSharp.Metrics;

/// <summary>
/// The table of scikit-learn's <c>classification_report</c>: a line for each class and each average. Lines end with <c>\n</c>.
/// </summary>
internal sealed class ReportTable
{
    internal const string LongestHeading = "weighted avg";
    private const int MaxDigits = 15;
    private const double MaxExact = 1e12;      // a decimal has 28 digits; larger scores and NaN are formatted as double

    private readonly StringBuilder _text = new();
    private readonly int _width, _digits;
    private readonly string _supportFormat;

    /// <param name="names">The names of the classes, which determine the width of the first column.</param>
    /// <param name="digits">Number of decimals of the scores, 0 to 15.</param>
    /// <param name="supportFormat">The format of the last column.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="digits"/> is outside 0 to 15.</exception>
    internal ReportTable(IEnumerable<string> names, int digits, string supportFormat = "0")
    {
        RequireDigits(digits);
        (_digits, _supportFormat) = (digits, supportFormat);
        _width = names.Select(name => name.Length).Append(LongestHeading.Length).Append(digits).Max();
        Row("", "precision", "recall", "f1-score", "support");
        BlankLine();
    }

    public override string ToString() => _text.ToString();

    internal void BlankLine() => _text.Append('\n');

    internal void Row(string heading, PrecisionRecallF1 scores, int support) =>
        Row(heading, scores.Precision, scores.Recall, scores.F1, support);

    internal void Row(string heading, double precision, double recall, double f1, int support) =>
        Row(heading, Fixed(precision), Fixed(recall), Fixed(f1), Count(support));

    /// <summary>Adds a line with one score.</summary>
    internal void Row(string heading, double score, int support) => Row(heading, "", "", Fixed(score), Count(support));

    private void Row(string heading, string precision, string recall, string f1, string support) =>
        _text.Append(heading.PadLeft(_width)).Append(' ')
            .Append(' ').Append(precision.PadLeft(9)).Append(' ').Append(recall.PadLeft(9))
            .Append(' ').Append(f1.PadLeft(9)).Append(' ').Append(support.PadLeft(9)).Append('\n');

    private string Count(int support) => support.ToString(_supportFormat, CultureInfo.InvariantCulture);

    private string Fixed(double score) => Fixed(score, _digits);

    private static void RequireDigits(int digits)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(digits);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(digits, MaxDigits);
    }

    /// <summary>
    /// Formats a score as Python does: the exact value, rounded half to even. 28 decimals distinguish a half from its neighbors at up to 15
    /// digits.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="digits"/> is outside 0 to 15.</exception>
    internal static string Fixed(double score, int digits)
    {
        RequireDigits(digits);
        var format = "F" + digits.ToString(CultureInfo.InvariantCulture);
        if (!(Math.Abs(score) < MaxExact)) return score.ToString(format, CultureInfo.InvariantCulture);
        var exact = decimal.Parse(score.ToString("F28", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
        return decimal.Round(exact, digits, MidpointRounding.ToEven)
            .ToString(format, CultureInfo.InvariantCulture);
    }
}
