using System.Text.RegularExpressions;
using PeftSharp.Internal;
using PeftSharp.Serialization;

namespace PeftSharp.Tuners;

/// <summary>
/// Selects the modules that a configuration specifies, by path. Every entry must match a module; otherwise the error lists possible
/// names.
/// </summary>
/// <remarks>peft's <c>check_target_module_exists</c>, which ignores entries without a match.</remarks>
internal sealed class TargetMatcher
{
    // Limit for regular expressions, which may come from a downloaded file.
    private static readonly TimeSpan _timeout = TimeSpan.FromSeconds(5);
    private readonly LayerConfig _config;
    private readonly TargetModules _targets;
    private readonly IReadOnlyList<string> _defaults;

    /// <param name="config">The adapter's configuration.</param>
    /// <param name="targets">The target modules of the completed configuration, in which null and <c>all-linear</c> have been
    /// replaced.</param>
    /// <param name="defaults">The modules that the tuning method adapts by default in the family of the model, for errors.</param>
    internal TargetMatcher(LayerConfig config, TargetModules targets, IReadOnlyList<string> defaults) =>
        (_config, _targets, _defaults) = (config, targets, defaults);

    /// <summary>Returns the selected paths among <paramref name="paths"/>, in their order.</summary>
    /// <param name="paths">All modules of the model.</param>
    /// <param name="adaptable">The modules that the tuning method can adapt, for the error.</param>
    /// <exception cref="ArgumentException">No module is selected, or an entry does not match any module.</exception>
    internal IReadOnlyList<string> Match(IReadOnlyList<string> paths, IReadOnlyList<string> adaptable)
    {
        var selected = paths.Where(path => Matches(_targets, path)).ToArray();
        CheckEntries(nameof(LayerConfig.TargetModules), _targets, paths, adaptable);
        if (_config.ExcludeModules is { } exclude && !_config.IgnoreUnmatched)
            CheckEntries(nameof(LayerConfig.ExcludeModules), exclude, paths, adaptable);
        var matched = selected.Where(path => !IsExcluded(path) && IsInLayers(path)).ToArray();
        if (selected.Length == 0)
            throw new ArgumentException($"{_config.NameOf(nameof(LayerConfig.TargetModules))} is an empty list, so no layer would be "
                + "adapted. Specify at least one name, or leave TargetModules null for the defaults of the model's family.");
        if (matched.Length == 0)
            throw new ArgumentException($"{_targets} matches {Quantity.Of(selected.Length, "module")} of this model, but no module "
                + $"remains because of {_config.NameOf(nameof(LayerConfig.ExcludeModules))}, "
                + $"{_config.NameOf(nameof(PeftConfig.ModulesToSave))} or "
                + $"{_config.NameOf(nameof(LoraConfig.LayersToTransform))}. Specify other modules.");
        CheckLayers(selected);
        if (!_config.IgnoreUnmatched)
            foreach (var (field, pattern) in _config.LayerPatterns)
                if (!matched.Any(path => EndMatches(pattern, path)))
                    throw UnmatchedEntry.Error($"{_config.NameOf(field)} contains '{pattern}', which matches none of the adapted "
                        + $"layers{NameHint.For(pattern, matched)}", "Correct the name, or set IgnoreUnmatched.");
        return matched;
    }

    /// <summary>Whether a regular expression matches the whole path, or its end after a dot.</summary>
    internal static bool EndMatches(string pattern, string path) => IsMatch($@"(.*\.)?(?:{pattern})", pattern, path);

    /// <summary>
    /// Whether a module to save is the module at this path or an ancestor of it; such modules are fully trained and are not adapted.
    /// </summary>
    internal static bool IsSavedWhole(PeftConfig config, string path) =>
        config.ModulesToSave?.Any(name =>
            path.EndsWith(name, StringComparison.Ordinal) || path.Contains(name + ".", StringComparison.Ordinal)) == true;

    private bool IsExcluded(string path) =>
        (_config.ExcludeModules is { } exclude && Matches(exclude, path)) || IsSavedWhole(_config, path);

    private bool IsInLayers(string path) =>
        _config.LayerNumbers is not { Count: > 0 } numbers || (LayerOf(path) is { } layer && numbers.Contains(layer));

    private int? LayerOf(string path)
    {
        IEnumerable<string> patterns = _config.LayerLists is { Count: > 0 } lists
            ? lists.Select(list => $@"^(?:.*?\.)?(?:{list})\.(?<idx>[0-9]+)\.")
            : [@"^(?:.*?\.)??[^.]*\.(?<idx>[0-9]+)\."];
        foreach (var pattern in patterns)
        {
            try
            {
                if (Regex.Match(path, pattern, RegexOptions.CultureInvariant, _timeout) is { Success: true } match)
                    return int.Parse(match.Groups["idx"].ValueSpan, System.Globalization.CultureInfo.InvariantCulture);
            }
            catch (RegexMatchTimeoutException error) { throw TooSlow(pattern, path, error); }
        }
        return null;
    }

    /// <summary>Whether a list of names or an expression matches the module at this path.</summary>
    internal static bool Matches(TargetModules modules, string path) => modules.Pattern is { } pattern
        ? IsMatch(pattern, pattern, path)
        : modules.Names.Any(name => IsEndOf(name, path));

    private static bool IsEndOf(string name, string path) => path == name || path.EndsWith("." + name, StringComparison.Ordinal);

    private void CheckEntries(string field, TargetModules modules, IReadOnlyList<string> paths, IReadOnlyList<string> adaptable)
    {
        if (modules.Pattern is { } pattern)
        {
            if (!paths.Any(path => Matches(modules, path)))
                throw new ArgumentException($"{_config.NameOf(field)} is the string '{pattern}', a regular expression "
                    + "that does not match the whole path of any module. To select modules by the ends of their names, pass a list: "
                    + $"[\"{End(adaptable[0])}\"]. Modules that can be adapted: {Ends(adaptable)}. "
                    + $"An example of a path: '{adaptable[0]}'.");
            return;
        }
        var unmatched = modules.Names.Where(name => !paths.Any(path => IsEndOf(name, path))).ToArray();
        if (unmatched.Length == 0 || (_config.IgnoreUnmatched && unmatched.Length < modules.Names.Count)) return;
        var names = string.Join(", ", unmatched.Select(name => $"'{name}'"));
        var remedy = unmatched.Length == 1 ? "Correct the name" : "Correct the names";
        throw UnmatchedEntry.Error($"{_config.NameOf(field)} contains {names}, but no module of this model has a name with "
            + $"{(unmatched.Length == 1 ? "this ending" : "one of these endings")}. "
            + $"Modules that can be adapted: {Ends(adaptable)}{NameHint.For(unmatched.FirstOrDefault("nothing"), adaptable)}",
            unmatched.Length < modules.Names.Count ? $"{remedy}, or set IgnoreUnmatched."
                : _defaults.Count == 0 || field != nameof(LayerConfig.TargetModules) ? $"{remedy}."
                : $"{remedy}, or omit TargetModules for the usual modules: {string.Join(", ", _defaults)}.");
    }

    private void CheckLayers(IReadOnlyList<string> selected)
    {
        if (_config.LayerNumbers is not { } numbers || _config.IgnoreUnmatched) return;
        var present = selected.Select(LayerOf).OfType<int>().ToHashSet();
        if (numbers.Where(number => !present.Contains(number)).ToArray() is { Length: > 0 } absent)
            throw UnmatchedEntry.Error($"{_config.NameOf(nameof(LoraConfig.LayersToTransform))} contains {string.Join(", ", absent)}, "
                + $"but the targets are in the layers {string.Join(", ", present.Order())}.",
                "Correct the numbers, or set IgnoreUnmatched.");
    }

    /// <summary>The distinct last parts of module paths, for a message.</summary>
    internal static string Ends(IEnumerable<string> paths) =>
        string.Join(", ", paths.Select(End).Distinct().Select(name => $"'{name}'"));

    private static string End(string path) => path[(path.LastIndexOf('.') + 1)..];

    private static bool IsMatch(string pattern, string written, string path)
    {
        try { return Expression(pattern, written).IsMatch(path); }
        catch (RegexMatchTimeoutException error) { throw TooSlow(written, path, error); }
    }

    private static ArgumentException TooSlow(string expression, string path, Exception error) =>
        new($"The regular expression '{expression}' needs more than {_timeout.TotalSeconds:0} seconds for the module '{path}'. Simplify "
            + "it: nested quantifiers, such as (a+)+, try very many combinations.", error);

    private static Regex Expression(string pattern, string written)
    {
        try
        {
            var expression = pattern.Replace("(?P<", "(?<", StringComparison.Ordinal);
            return new Regex($@"\A(?:{expression})\z", RegexOptions.CultureInvariant, _timeout);
        }
        catch (ArgumentException error)
        {
            throw new ArgumentException($"'{written}' is not a valid regular expression: "
            + $"{error.Message}", error);
        }
    }
}
