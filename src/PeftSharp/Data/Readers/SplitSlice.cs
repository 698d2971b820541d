using System.Globalization;
using System.Text.RegularExpressions;

namespace PeftSharp.Data;

/// <summary>A split or a slice of a split, such as "train[:10%]" (the split syntax of <c>datasets</c>).</summary>
internal sealed partial class SplitSlice
{
    private readonly Match _form;

    private SplitSlice(Match form) => _form = form;

    internal string Split => _form.Groups["split"].Value;

    /// <summary>Parses slices that are separated by "+": "train[:50]+test".</summary>
    /// <exception cref="ArgumentException">The text is malformed.</exception>
    internal static SplitSlice[] Parse(string split)
    {
        ArgumentException.ThrowIfNullOrEmpty(split);
        return [.. split.Split('+')
            .Select(part => new SplitSlice(Form().Match(part.Trim()) is { Success: true } form ? form : throw Malformed(part)))];
    }

    /// <summary>Returns the rows of the slice.</summary>
    internal Dataset Of(Dataset split)
    {
        var (from, to) = (Bound("from", split.Count) ?? 0, Bound("to", split.Count) ?? split.Count);
        return split.Slice(from, Math.Max(to - from, 0));
    }

    private int? Bound(string name, int rows)
    {
        if (_form.Groups[name] is not { Success: true, Value.Length: > 0 } written)
            return null;
        var value = int.Parse(written.Value.TrimEnd('%'), CultureInfo.InvariantCulture);
        if (written.Value.EndsWith('%'))
            value = Percent(value, rows);
        return Math.Clamp(value < 0 ? rows + value : value, 0, rows);
    }

    private int Percent(int percent, int rows)
    {
        if (Math.Abs(percent) > 100)
            throw new ArgumentException($"'{_form.Value}': {percent}% is out of range; percentages must be -100 to 100.");
        return _form.Groups["rounding"].Value == "pct1_dropremainder"
            ? percent * (rows / 100)
            : (int)Math.Round(percent * (double)rows / 100.0, MidpointRounding.ToEven);
    }

    private static ArgumentException Malformed(string part) =>
        new($"The split '{part}' is malformed. Examples: train, train[:100], train[10%:20%], train[-50:]. Separate several splits by +.");

    [GeneratedRegex(@"^(?<split>\w+(\.\w+)*)(\[((?<from>-?\d+%?)?:(?<to>-?\d+%?)?)\])?(\((?<rounding>closest|pct1_dropremainder)\))?$",
        RegexOptions.CultureInvariant)]
    private static partial Regex Form();
}
