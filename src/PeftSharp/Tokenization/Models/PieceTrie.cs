namespace PeftSharp.Tokenization;

/// <summary>Finds all pieces of a vocabulary that a text begins with, in the order of their lengths.</summary>
/// <remarks>The edges of the trie are in one hash table with open addressing, because a vocabulary can have a million edges.</remarks>
internal sealed class PieceTrie
{
    internal const int Root = 0, None = -1;
    private long[] _edges = new long[1 << 10];       // (node + 1) << 16 | character; 0: free
    private int[] _targets = new int[1 << 10];
    private readonly List<int> _ids = [None];        // the id of the piece that ends at a node
    private int _shift = 64 - 10;

    /// <summary>Adds a piece. A piece that occurs again gets the new id.</summary>
    internal void Add(string piece, int id)
    {
        var node = Root;
        foreach (var c in piece)
            node = Child(node, c);
        _ids[node] = id;
    }

    /// <summary>
    /// Returns the node after a character, or <see cref="None"/>; <paramref name="id"/> is the id of the piece that ends there.
    /// </summary>
    internal int Next(int node, char c, out int id)
    {
        var edge = Edge(node, c);
        for (var place = Place(edge); _edges[place] != 0; place = place + 1 & _edges.Length - 1)
        {
            if (_edges[place] != edge)
                continue;
            node = _targets[place];
            id = _ids[node];
            return node;
        }
        id = None;
        return None;
    }

    private int Child(int node, char c)
    {
        var edge = Edge(node, c);
        var place = Place(edge);
        for (; _edges[place] != 0; place = place + 1 & _edges.Length - 1)
            if (_edges[place] == edge)
                return _targets[place];
        if (2 * _ids.Count > _edges.Length)
        {
            Grow();
            return Child(node, c);
        }
        (_edges[place], _targets[place]) = (edge, _ids.Count);
        _ids.Add(None);
        return _targets[place];
    }

    private void Grow()
    {
        var (edges, targets) = (_edges, _targets);
        (_edges, _targets) = (new long[2 * edges.Length], new int[2 * edges.Length]);
        _shift--;
        for (var i = 0; i < edges.Length; i++)
        {
            if (edges[i] == 0)
                continue;
            var place = Place(edges[i]);
            while (_edges[place] != 0)
                place = place + 1 & _edges.Length - 1;
            (_edges[place], _targets[place]) = (edges[i], targets[i]);
        }
    }

    private static long Edge(int node, char c) => (long)(node + 1) << 16 | c;

    // Fibonacci hashing.
    private int Place(long edge) => (int)((ulong)edge * 0x9E3779B97F4A7C15 >> _shift);
}
