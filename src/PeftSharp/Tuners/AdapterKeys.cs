using System.Text.RegularExpressions;

namespace PeftSharp.Tuners;

/// <summary>
/// Maps the keys of a file to the tensors that an adapter expects, regardless of the program or the version of peft that wrote the file.
/// </summary>
internal sealed partial class AdapterKeys
{
    private static readonly string[] _wrappers = ["module.", "_orig_mod."];      // prefixes of data parallelism and torch.compile
    private readonly string _prefix;
    private readonly Func<string, string> _rename;
    private readonly Regex? _adapterName;

    /// <param name="prefix">The prefix of all keys.</param>
    /// <param name="slotNames">Names that the adapter's name may follow, such as <c>lora_A</c>.</param>
    /// <param name="rename">Converts the path of a parameter in an older version of the model to its current path.</param>
    internal AdapterKeys(string prefix, IReadOnlySet<string> slotNames, Func<string, string> rename)
    {
        (_prefix, _rename) = (prefix, rename);
        if (slotNames.Count > 0)
        {
            var slots = string.Join('|', slotNames.Select(Regex.Escape));
            _adapterName = new Regex($@"(\.(?:{slots}))\.(?!weight$|bias$)[^.]+", RegexOptions.CultureInvariant);
        }
    }

    /// <summary>Returns the expected name for each key of the file that has one.</summary>
    /// <param name="keys">The keys of the file.</param>
    /// <param name="expected">The names that the current version of peft writes.</param>
    internal Dictionary<string, string> Match(IEnumerable<string> keys, IReadOnlySet<string> expected)
    {
        var all = keys.ToArray();
        var names = all.Where(expected.Contains).ToDictionary(key => key, key => key, StringComparer.Ordinal);
        var taken = names.Values.ToHashSet(StringComparer.Ordinal);
        foreach (var key in all)
            if (!names.ContainsKey(key) && Spellings(key).FirstOrDefault(IsFree) is { } found)
            {
                names.Add(key, found);
                taken.Add(found);
            }
        return names;

        bool IsFree(string name) => expected.Contains(name) && !taken.Contains(name);
    }

    /// <summary>
    /// The names that a key may correspond to: with the current names of the modules, then with the names of older models.
    /// </summary>
    private IEnumerable<string> Spellings(string key)
    {
        var current = SpellingsOf(key).ToArray();
        return current.Concat(current.Select(name => _prefix + _rename(name[_prefix.Length..]))).Distinct();
    }

    private IEnumerable<string> SpellingsOf(string key)
    {
        var name = key;
        while (_wrappers.FirstOrDefault(wrapper => name.StartsWith(wrapper, StringComparison.Ordinal)) is { } wrapper)
            name = name[wrapper.Length..];
        if (!name.StartsWith(_prefix, StringComparison.Ordinal)) name = _prefix + name;
        // lora_A.default.weight
        name = _adapterName?.Replace(name, "$1") ?? name;
        yield return name;
        // lora_magnitude_vector.weight, instead of the name that peft writes, lora_magnitude_vector
        if (name.EndsWith(".weight", StringComparison.Ordinal)) yield return name[..^".weight".Length];
        // classifier.modules_to_save.default.weight
        yield return SavedModule().Replace(name, ".");
        // classifier.modules_to_save.weight
        yield return name.Replace(".modules_to_save.", ".", StringComparison.Ordinal);
        // classifier.base_layer.weight, for a key without the wrapper (classifier.weight)
        if (name.LastIndexOf('.') is var dot and > 0) yield return $"{name[..dot]}.base_layer{name[dot..]}";
    }

    [GeneratedRegex(@"\.modules_to_save\.[^.]+\.", RegexOptions.CultureInvariant)]
    private static partial Regex SavedModule();
}
