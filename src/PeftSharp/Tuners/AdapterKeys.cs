using System.Text.RegularExpressions;

namespace PeftSharp.Tuners;

/// <summary>Finds the tensors that an adapter expects among the keys of a file, whichever program or version of peft wrote them.</summary>
internal sealed partial class AdapterKeys
{
    private static readonly string[] _wrappers = ["module.", "_orig_mod."];      // of data parallelism and torch.compile
    private readonly string _prefix;
    private readonly Regex? _adapterName;

    /// <param name="prefix">What keys begin with.</param>
    /// <param name="slotNames">Names after which the adapter's name may stand, such as <c>lora_A</c>.</param>
    internal AdapterKeys(string prefix, IReadOnlySet<string> slotNames)
    {
        _prefix = prefix;
        if (slotNames.Count > 0) _adapterName = new Regex($@"(\.(?:{string.Join('|', slotNames.Select(Regex.Escape))}))\.(?!weight$|bias$)[^.]+", RegexOptions.CultureInvariant);
    }

    /// <summary>The expected name for each key of the file that has one.</summary>
    /// <param name="keys">The keys of the file.</param>
    /// <param name="expected">The names that peft writes today.</param>
    internal Dictionary<string, string> Match(IEnumerable<string> keys, IReadOnlySet<string> expected)
    {
        var all = keys.ToArray();
        var names = all.Where(expected.Contains).ToDictionary(key => key, key => key, StringComparer.Ordinal);
        var taken = names.Values.ToHashSet(StringComparer.Ordinal);
        foreach (var key in all)
            if (!names.ContainsKey(key) && Spellings(key).FirstOrDefault(name => expected.Contains(name) && !taken.Contains(name)) is { } found)
            {
                names.Add(key, found);
                taken.Add(found);
            }
        return names;
    }

    /// <summary>The names that a key may stand for.</summary>
    private IEnumerable<string> Spellings(string key)
    {
        var name = key;
        while (_wrappers.FirstOrDefault(wrapper => name.StartsWith(wrapper, StringComparison.Ordinal)) is { } wrapper) name = name[wrapper.Length..];
        if (!name.StartsWith(_prefix, StringComparison.Ordinal)) name = _prefix + name;
        name = _adapterName?.Replace(name, "$1") ?? name;                                                                    // lora_A.default.weight
        yield return name;
        if (name.EndsWith(".weight", StringComparison.Ordinal)) yield return name[..^".weight".Length];               // lora_magnitude_vector.weight
        yield return SavedModule().Replace(name, ".");                                                                // classifier.modules_to_save.default.weight
        yield return name.Replace(".modules_to_save.", ".", StringComparison.Ordinal);                                // classifier.modules_to_save.weight
        if (name.LastIndexOf('.') is var dot and > 0) yield return $"{name[..dot]}.base_layer{name[dot..]}";        // the base weight, before it was wrapped
    }

    [GeneratedRegex(@"\.modules_to_save\.[^.]+\.", RegexOptions.CultureInvariant)]
    private static partial Regex SavedModule();
}
