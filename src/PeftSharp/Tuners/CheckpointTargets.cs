using PeftSharp.Modeling;

namespace PeftSharp.Tuners;

/// <summary>
/// Replaces target modules that have the names of a checkpoint, which are those of older versions of transformers, by the current names, so
/// that an adapter of an older version can be loaded and is saved with names that the current version of peft finds.
/// </summary>
internal static class CheckpointTargets
{
    /// <param name="targets">The names or the expression of a configuration. Null: none.</param>
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

        // Null if the entry matches a current name, or no name at all.
        IReadOnlyList<string>? Current(TargetModules entry)
        {
            if (paths.Any(path => TargetMatcher.Matches(entry, path))) return null;
            var selected = paths.Where(path => TargetMatcher.Matches(entry, family.CheckpointName(path))).ToArray();
            return selected.Length == 0 ? null : Shortest(selected);
        }

        // The last parts of the paths, if they select the same modules.
        string[] Shortest(string[] selected)
        {
            var ends = selected.Select(path => path[(path.LastIndexOf('.') + 1)..]).Distinct(StringComparer.Ordinal).ToArray();
            var byEnds = TargetModules.Create(ends);
            return paths.Where(path => TargetMatcher.Matches(byEnds, path)).SequenceEqual(selected) ? ends : selected;
        }
    }
}
