namespace PeftSharp.Data;

/// <summary>The common column types of several streams.</summary>
internal static class SourceFeatures
{
    /// <summary>Returns the types, or null if the types of a stream are not known.</summary>
    /// <exception cref="DatasetException">The streams have different columns or types.</exception>
    internal static IReadOnlyDictionary<string, Feature>? Of(IReadOnlyList<RowSource> sources)
    {
        var all = sources.Select(source => source.Features).ToArray();
        if (all.Contains(null) || all.Length == 0)
            return null;
        var known = new OrderedDictionary<string, Feature>(all[0]!, StringComparer.Ordinal);
        foreach (var features in all.Skip(1))
        {
            if (features!.Count != known.Count || !features.Keys.All(known.ContainsKey))
                throw new DatasetException($"The streams have different columns: [{string.Join(", ", known.Keys)}] and "
                    + $"[{string.Join(", ", features.Keys)}]. Select, rename or remove columns first.");
            foreach (var (name, feature) in features)
                known[name] = known[name].Matches(feature) ? known[name].Unify(feature)
                    : throw new DatasetException($"Column '{name}' has different types in the streams: {known[name]} and {feature}. "
                        + "Call CastColumn on one of them first.");
        }
        return known;
    }
}
