using PeftSharp.Modeling;

namespace PeftSharp.Tuners;

/// <summary>
/// Converts target modules from the names in checkpoints, which are the module names of older versions of transformers, to the current
/// names. An adapter of an older version can therefore be loaded, and it is saved with names that the current version of peft finds.
/// </summary>
internal static class CheckpointTargets
{
    /// <summary>Converts the target modules of a configuration.</summary>
    /// <param name="targets">The names or the expression of a configuration. Null: not specified.</param>
    /// <param name="paths">The paths of the model's modules.</param>
    /// <param name="family">The family of the model.</param>
    /// <returns>The targets with current names. Entries that match no module under either name are unchanged.</returns>
    internal static TargetModules? ToModel(TargetModules? targets, IReadOnlyList<string> paths, ModelFamily family)
    {
        if (targets is null || targets.IsAllLinear) return targets;
        if (targets.Pattern is not null) return Current(targets) is { } found ? TargetModules.Create([.. found]) : targets;
        var isOlder = false;
        var names = new List<string>();
        foreach (var name in targets)
        {
            var current = Current(TargetModules.Create([name]));
            isOlder |= current is not null;
            names.AddRange(current ?? [name]);
        }
        return isOlder ? TargetModules.Create([.. names.Distinct(StringComparer.Ordinal)]) : targets;

        string[]? Current(TargetModules entry) => CurrentNames(path => TargetMatcher.Matches(entry, path), paths, family);
    }

    /// <summary>Converts the patterns for individual layers (<c>rank_pattern</c>).</summary>
    /// <typeparam name="T">The type of the values.</typeparam>
    /// <param name="patterns">A value for each pattern.</param>
    /// <param name="paths">The paths of the model's modules.</param>
    /// <param name="family">The family of the model.</param>
    internal static IReadOnlyDictionary<string, T> ToModel<T>(
        IReadOnlyDictionary<string, T> patterns, IReadOnlyList<string> paths, ModelFamily family)
    {
        var current = new OrderedDictionary<string, T>(StringComparer.Ordinal);            // the first match is used
        foreach (var (pattern, value) in patterns)
            foreach (var name in CurrentNames(path => TargetMatcher.EndMatches(pattern, path), paths, family) ?? [pattern])
                current.TryAdd(name, value);
        return current.Keys.SequenceEqual(patterns.Keys, StringComparer.Ordinal) ? patterns : current;
    }

    /// <summary>
    /// The current names of the modules that have a matching name in a checkpoint. Null: the current name of a module matches, or neither a
    /// current name nor a name in a checkpoint matches.
    /// </summary>
    private static string[]? CurrentNames(Func<string, bool> matches, IReadOnlyList<string> paths, ModelFamily family)
    {
        if (paths.Any(matches)) return null;
        var selected = paths.Where(path => matches(family.CheckpointName(path))).ToArray();
        if (selected.Length == 0) return null;
        // Returns the last parts of the paths if they select the same modules, otherwise the paths.
        var ends = selected.Select(path => path[(path.LastIndexOf('.') + 1)..]).Distinct(StringComparer.Ordinal).ToArray();
        var byEnds = TargetModules.Create(ends);
        return paths.Where(path => TargetMatcher.Matches(byEnds, path)).SequenceEqual(selected) ? ends : selected;
    }
}
