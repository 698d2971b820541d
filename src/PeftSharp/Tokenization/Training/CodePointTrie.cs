namespace PeftSharp.Tokenization;

/// <summary>A prefix tree of code points. The edges of all nodes are in one hash table.</summary>
internal sealed class CodePointTrie
{
    internal const int Root = 0;
    private const int None = -1;

    private readonly List<int> _ids = [None];
    private long[] _keys;
    private int[] _nodes;
    private int _count;

    /// <param name="size">The expected number of nodes.</param>
    internal CodePointTrie(int size)
    {
        var capacity = 64;
        while (capacity < 2L * size && capacity < 1 << 29)
            capacity *= 2;
        (_keys, _nodes) = (new long[capacity], new int[capacity]);
        Array.Fill(_keys, None);
    }

    internal void Add(ReadOnlySpan<int> text, int id)
    {
        var node = Root;
        foreach (var character in text)
            node = Next(node, character) is >= 0 and var known ? known : AddNode(node, character);
        _ids[node] = id;
    }

    /// <summary>Returns the node after a character; negative if there is none.</summary>
    internal int Next(int node, int character)
    {
        var slot = SlotOf(_keys, KeyOf(node, character));
        return _keys[slot] < 0 ? None : _nodes[slot];
    }

    /// <summary>Returns the id of the text that ends at a node; negative if there is none.</summary>
    internal int IdOf(int node) => _ids[node];

    private static long KeyOf(int node, int character) => (long)node << 21 | (uint)character;

    private static int SlotOf(long[] keys, long key)
    {
        var mask = keys.Length - 1;
        var slot = (int)((ulong)key * 0x9E3779B97F4A7C15 >> 32) & mask;
        while (keys[slot] != key && keys[slot] >= 0)
            slot = (slot + 1) & mask;
        return slot;
    }

    private int AddNode(int node, int character)
    {
        if (2 * ++_count > _keys.Length)
            Grow();
        var slot = SlotOf(_keys, KeyOf(node, character));
        (_keys[slot], _nodes[slot]) = (KeyOf(node, character), _ids.Count);
        _ids.Add(None);
        return _nodes[slot];
    }

    private void Grow()
    {
        var (keys, nodes) = (new long[2 * _keys.Length], new int[2 * _nodes.Length]);
        Array.Fill(keys, None);
        for (var i = 0; i < _keys.Length; i++)
            if (_keys[i] >= 0)
            {
                var slot = SlotOf(keys, _keys[i]);
                (keys[slot], nodes[slot]) = (_keys[i], _nodes[i]);
            }
        (_keys, _nodes) = (keys, nodes);
    }
}
