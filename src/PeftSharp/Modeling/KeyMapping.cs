namespace PeftSharp.Modeling;

/// <summary>Maps the keys of a checkpoint to the names of a model's parameters.</summary>
/// <remarks>
/// As in transformers, the prefix of the base model is removed from a key if the model has only the name without the prefix, and added to a
/// key if the model has only the name with the prefix. A checkpoint without a head can therefore be loaded into a model with a head, and
/// vice versa.
/// </remarks>
internal static class KeyMapping
{
    /// <summary>Prefixes that wrappers add to every key: data parallelism, torch.compile, peft, Lightning.</summary>
    private static readonly string[] _wrappers = ["module.", "_orig_mod.", "base_model.model.", "model."];

    /// <summary>
    /// Returns the model's name for each key of the checkpoint. If no parameter matches a key, the value is the key as renamed by the
    /// family.
    /// </summary>
    /// <param name="checkpointKeys">The keys of the checkpoint.</param>
    /// <param name="modelKeys">The names of the model's parameters, and further names to recognize.</param>
    /// <param name="family">The family, which renames keys of older checkpoints.</param>
    internal static Dictionary<string, string> ToModel(
        IEnumerable<string> checkpointKeys, IEnumerable<string> modelKeys, ModelFamily family)
    {
        var known = modelKeys.ToHashSet(StringComparer.Ordinal);
        var keys = checkpointKeys.ToArray();
        var prefix = family.BaseModelPrefix + ".";
        var names = keys.ToDictionary(key => key, key => Place(key), StringComparer.Ordinal);
        return names.Values.Any(known.Contains) ? names : WithoutWrapper(keys) is { } inner ? inner : names;

        string Place(string key)
        {
            key = family.RenameKey(key);
            if (key.StartsWith(prefix, StringComparison.Ordinal) && known.Contains(key[prefix.Length..])) return key[prefix.Length..];
            return known.Contains(prefix + key) ? prefix + key : key;
        }

        Dictionary<string, string>? WithoutWrapper(string[] wrapped)
        {
            var length = 0;
            while (wrapped.Length > 0 && _wrappers.FirstOrDefault(AllStartWith) is { } found) length += found.Length;
            return length == 0 ? null : wrapped.ToDictionary(key => key, key => Place(key[length..]), StringComparer.Ordinal);

            bool AllStartWith(string wrapper) =>
                wrapped.All(key => key.AsSpan(length).StartsWith(wrapper, StringComparison.Ordinal));
        }
    }
}
