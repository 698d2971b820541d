using System.Collections;
using System.Runtime.CompilerServices;
using System.Text.Json.Serialization;

namespace PeftSharp.Tuners;

/// <summary>
/// Specifies the rows of embeddings to train: a list of token ids for the model's input embeddings (<c>[3, 17]</c>), or ids by the name
/// of an embedding.
/// </summary>
/// <remarks>Thread safety: instances are immutable and can be used from several threads at once.</remarks>
[JsonConverter(typeof(TokenIndicesConverter))]
[CollectionBuilder(typeof(TokenIndices), nameof(Create))]
public sealed class TokenIndices : IEnumerable<int>
{
    private readonly int[] _ids;

    private TokenIndices(int[] ids, IReadOnlyDictionary<string, IReadOnlyList<int>>? byModule) => (_ids, ByModule) = (ids, byModule);

    /// <summary>Ids for the input embeddings; empty if names are specified.</summary>
    public IReadOnlyList<int> Ids => _ids;

    /// <summary>Ids by the name, or the end of the name, of an embedding; null for a list.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<int>>? ByModule { get; }

    /// <summary>Creates an instance with ids for the input embeddings.</summary>
    /// <param name="ids">Distinct token ids, at least one.</param>
    /// <exception cref="ArgumentException">The list is empty, or an id is negative or repeated.</exception>
    public static TokenIndices Create(ReadOnlySpan<int> ids)
    {
        Check(ids, "the input embeddings");
        return new TokenIndices(ids.ToArray(), null);
    }

    /// <summary>Creates an instance with ids by the name, or the end of the name, of an embedding.</summary>
    /// <param name="byModule">Distinct token ids by the name, or the end of the name, of an embedding.</param>
    /// <exception cref="ArgumentException">A list is empty, or an id is negative or repeated.</exception>
    public static TokenIndices ForModules(IReadOnlyDictionary<string, IReadOnlyList<int>> byModule)
    {
        ArgumentNullException.ThrowIfNull(byModule);
        foreach (var (name, ids) in byModule) Check([.. ids], $"'{name}'");
        return new TokenIndices([], byModule);
    }

    /// <inheritdoc/>
    public IEnumerator<int> GetEnumerator() => ((IEnumerable<int>)_ids).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <inheritdoc/>
    public override string ToString() => ByModule is null
        ? $"[{string.Join(", ", _ids)}]"
        : string.Join("; ", ByModule.Select(pair => $"{pair.Key}: [{string.Join(", ", pair.Value)}]"));

    private static void Check(ReadOnlySpan<int> ids, string where)
    {
        if (ids.IsEmpty)
            throw new ArgumentException(
                $"TrainableTokenIndices contains no token ids for {where}. Specify at least one, or leave "
                + "TrainableTokenIndices null.");
        var seen = new HashSet<int>();
        foreach (var id in ids)
        {
            if (id < 0) throw new ArgumentException($"TrainableTokenIndices contains {id} for {where}; ids must not be negative.");
            if (!seen.Add(id))
                throw new ArgumentException($"TrainableTokenIndices contains {id} twice for {where}. Specify each id once.");
        }
    }
}
