using System.Runtime.CompilerServices;
using System.Text.Json.Serialization;
using System.Collections;

namespace PeftSharp.Tuners;

/// <summary>Rows of embeddings that are trained: a list of token ids for the model's input embeddings (<c>[3, 17]</c>), or ids by the name of an embedding.</summary>
/// <remarks>Thread safety: instances are immutable and can be used from several threads at once.</remarks>
[JsonConverter(typeof(TokenIndicesConverter))]
[CollectionBuilder(typeof(TokenIndices), nameof(Create))]
public sealed class TokenIndices : IEnumerable<int>
{
    private readonly int[] _ids;

    private TokenIndices(int[] ids, IReadOnlyDictionary<string, IReadOnlyList<int>>? byModule) => (_ids, ByModule) = (ids, byModule);

    /// <summary>Ids for the input embeddings; empty where names are given.</summary>
    public IReadOnlyList<int> Ids => _ids;

    /// <summary>Ids by the name, or the end of the name, of an embedding; null for a list.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<int>>? ByModule { get; }

    /// <summary>Ids for the input embeddings.</summary>
    /// <exception cref="ArgumentException">There are none, one is negative, or one stands twice.</exception>
    public static TokenIndices Create(ReadOnlySpan<int> ids)
    {
        Check(ids, "the input embeddings");
        return new TokenIndices(ids.ToArray(), null);
    }

    /// <summary>Ids by the name, or the end of the name, of an embedding.</summary>
    /// <exception cref="ArgumentException">There are none for a name, one is negative, or one stands twice.</exception>
    public static TokenIndices For(IReadOnlyDictionary<string, IReadOnlyList<int>> byModule)
    {
        ArgumentNullException.ThrowIfNull(byModule);
        foreach (var (name, ids) in byModule) Check([.. ids], $"'{name}'");
        return new TokenIndices([], byModule);
    }

    /// <inheritdoc/>
    public IEnumerator<int> GetEnumerator() => ((IEnumerable<int>)_ids).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <inheritdoc/>
    public override string ToString() => ByModule is null ? $"[{string.Join(", ", _ids)}]" : string.Join("; ", ByModule.Select(pair => $"{pair.Key}: [{string.Join(", ", pair.Value)}]"));

    private static void Check(ReadOnlySpan<int> ids, string where)
    {
        if (ids.IsEmpty) throw new ArgumentException($"trainable_token_indices names no token of {where}. Name some, or leave it null.");
        var seen = new HashSet<int>();
        foreach (var id in ids)
            if (id < 0 || !seen.Add(id)) throw new ArgumentException($"trainable_token_indices holds {id} for {where}; ids are not negative and stand once.");
    }
}
