namespace PeftSharp.Tokenization;

/// <summary>The sets of code points of a regular expression, each with its placeholder.</summary>
internal sealed class RegexSets
{
    private readonly List<CodePointSet> _sets = [];
    private readonly Dictionary<CodePointSet, int> _indices = [];

    /// <summary>The sets, in the order of their placeholders.</summary>
    internal IReadOnlyList<CodePointSet> All => _sets;

    /// <summary>
    /// Returns the placeholder of a set. A new set is added. Returns null if there are already <see cref="RegexAlphabet.MaxSets"/> other
    /// sets.
    /// </summary>
    internal string? PlaceholderOf(CodePointSet set)
    {
        if (!_indices.TryGetValue(set, out var index))
        {
            if (_sets.Count == RegexAlphabet.MaxSets) return null;
            _indices[set] = index = _sets.Count;
            _sets.Add(set);
        }
        return ((char)(RegexAlphabet.FirstSet + index)).ToString();
    }
}
