using System.Collections;
using System.Globalization;

namespace PeftSharp.Training;

/// <summary>
/// The state of an <c>ILogger</c> message for a log entry of a run: each value is a field, named in PascalCase, such as <c>Loss</c>,
/// <c>GradNorm</c>, <c>EvalLoss</c>, <c>Step</c>. The fields have the exact values; the text has four significant digits of each.
/// </summary>
internal sealed class LogLine(IReadOnlyDictionary<string, double> values) : IReadOnlyList<KeyValuePair<string, object?>>
{
    /// <summary>The name of the field from which logging providers read the message template.</summary>
    private const string TemplateField = "{OriginalFormat}";

    private readonly KeyValuePair<string, object?>[] _fields =
    [
        .. values.Select(pair => KeyValuePair.Create(FieldName(pair.Key), pair.Key == "step" ? (object?)(int)pair.Value : pair.Value)),
        new(TemplateField, string.Join(", ", values.Keys.Select(name => $"{name} = {{{FieldName(name)}}}"))),
    ];

    public int Count => _fields.Length;

    public KeyValuePair<string, object?> this[int index] => _fields[index];

    public IEnumerator<KeyValuePair<string, object?>> GetEnumerator() => _fields.AsEnumerable().GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    public override string ToString() =>
        string.Join(", ", _fields[..^1].Zip(values, (field, pair) =>
            $"{pair.Key} = {(field.Value is int step ? step.ToString(CultureInfo.InvariantCulture) : Text(pair.Value))}"));

    /// <summary>Formats a value with four significant digits, as transformers prints its log.</summary>
    internal static string Text(double value) => value.ToString("g4", CultureInfo.InvariantCulture);

    private static string FieldName(string name) =>
        string.Concat(name.Split('_', StringSplitOptions.RemoveEmptyEntries).Select(word => char.ToUpperInvariant(word[0]) + word[1..]));
}
