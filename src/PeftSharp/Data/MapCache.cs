namespace PeftSharp.Data;

/// <summary>
/// The folder and the key under which <c>Map</c> stores its result. A later call, also in another process, reads the stored result instead
/// of computing it again: <c>dataset.Map(function, batched: true, cache: new MapCache("cache", "lower case, version 2"))</c>.
/// </summary>
/// <remarks>
/// <para>
/// A stored result is used if the key, the data that the function can read (values, types and names of the columns, and the order of the
/// rows) and the arguments <c>batched</c>, <c>batchSize</c> and <c>removeColumns</c> are the same. .NET cannot determine whether a function
/// has changed. Therefore, change the key when you change the function or something that the function uses.
/// </para>
/// <para>
/// The results are Arrow files, which are written while <c>Map</c> runs and mapped into memory afterwards, so they may be larger than the
/// memory. An interrupted call leaves no result. Several processes can use a folder at once. <see cref="Datasets.CleanupCacheFiles"/>
/// deletes results.
/// </para>
/// </remarks>
/// <param name="Folder">The folder; created if it does not exist.</param>
/// <param name="Key">The name of the function and its version, such as <c>"bert-base-uncased, 128 tokens"</c>.</param>
public sealed record MapCache(string Folder, string Key)
{
    /// <summary>The folder.</summary>
    /// <exception cref="ArgumentException">The path is empty.</exception>
    public string Folder { get; init => field = Required(value, nameof(Folder)); } = Required(Folder, nameof(Folder));

    /// <summary>The name of the function and its version.</summary>
    /// <exception cref="ArgumentException">The key is empty.</exception>
    public string Key { get; init => field = Required(value, nameof(Key)); } = Required(Key, nameof(Key));

    /// <summary>Further data that the result depends on, such as the content of a tokenizer.</summary>
    internal string Arguments { get; init; } = "";

    /// <summary>The columns that the function reads; null: all that rows contain.</summary>
    internal IReadOnlyList<string>? ReadColumns { get; init; }

    private static string Required(string value, string name)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(value, name);
        return value;
    }
}
