namespace PeftSharp.Modeling;

/// <summary>From the keys of a checkpoint to the names of a model's parameters.</summary>
/// <remarks>A headless checkpoint may fill a model with a head and the other way round: the base model's prefix is added or taken away, as in transformers.</remarks>
internal static class KeyMapping
{
    /// <summary>The model's name for each of the checkpoint's keys; a key without a place keeps its name.</summary>
    internal static Dictionary<string, string> ToModel(IEnumerable<string> checkpointKeys, IEnumerable<string> modelKeys, ModelFamily family)
    {
        var known = modelKeys.ToHashSet(StringComparer.Ordinal);
        var keys = checkpointKeys.ToArray();
        var prefix = family.BaseModelPrefix + ".";
        var modelHasHead = known.Any(HasPrefix);
        var checkpointHasHead = keys.Any(HasPrefix);
        return keys.ToDictionary(key => key, key => Place(family.RenameKey(key)), StringComparer.Ordinal);

        string Place(string key)
        {
            if (known.Contains(key)) return key;
            if (modelHasHead && !checkpointHasHead && known.Contains(prefix + key)) return prefix + key;
            return !modelHasHead && checkpointHasHead && HasPrefix(key) ? key[prefix.Length..] : key;
        }

        bool HasPrefix(string key) => key.StartsWith(prefix, StringComparison.Ordinal);
    }
}
