using System.Globalization;

namespace PeftSharp.Optimization;

/// <summary>
/// Parses <c>optim_args</c> of transformers, such as <c>momentum=0.9,nesterov=True</c>. Options that the optimizer does not read are
/// unknown.
/// </summary>
internal sealed class OptimizerOptions
{
    private readonly OptimizerNames _optim;
    private readonly Dictionary<string, string> _given = new(StringComparer.Ordinal);
    private readonly SortedSet<string> _known = new(StringComparer.Ordinal);

    internal OptimizerOptions(OptimizerNames optim, string? text)
    {
        _optim = optim;
        foreach (var entry in (text ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var parts = entry.Split('=', StringSplitOptions.TrimEntries);
            if (parts.Length != 2)
                throw Error($"'{entry}' is not of the form name=value");
            _given[parts[0]] = parts[1];
        }
    }

    internal double Number(string name, double otherwise)
    {
        if (!Asked(name, out var text))
            return otherwise;
        return double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value)
            ? value
            : throw Error($"{name} must be a number, not '{text}'");
    }

    internal bool Flag(string name)
    {
        if (!Asked(name, out var text))
            return false;
        return text.ToUpperInvariant() switch
        {
            "TRUE" or "1" or "YES" => true,
            "FALSE" or "0" or "NO" => false,
            _ => throw Error($"{name} must be true or false, not '{text}'"),
        };
    }

    /// <exception cref="ArgumentException">An option was given that the optimizer does not have.</exception>
    internal void RefuseUnknown()
    {
        var unknown = _given.Keys.Where(name => !_known.Contains(name)).ToArray();
        if (unknown.Length > 0)
            throw Error(
                $"unknown: {string.Join(", ", unknown)}. Supported options: "
                + $"{(_known.Count == 0 ? "none" : string.Join(", ", _known))}. Set the weight decay with WeightDecay");
    }

    private bool Asked(string name, out string text)
    {
        _known.Add(name);
        return _given.TryGetValue(name, out text!);
    }

    private ArgumentException Error(string what) => new($"Options of the optimizer {_optim.PythonName()} (OptimArgs): {what}.");
}
