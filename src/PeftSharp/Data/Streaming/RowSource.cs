using System.Text.Json.Nodes;
using PeftSharp.Internal;

namespace PeftSharp.Data;

/// <summary>The immutable definition of a stream of rows: files or objects in memory, or an operation on other streams.</summary>
internal abstract class RowSource
{
    /// <summary>The types of the columns; null if they are not known before the rows are read.</summary>
    internal abstract IReadOnlyDictionary<string, Feature>? Features { get; }

    /// <summary>The number of rows; null if it is not known before the rows are read.</summary>
    internal abstract long? RowCount { get; }

    /// <summary>The number of parts that can be read independently of each other, such as files.</summary>
    internal abstract int NumShards { get; }

    /// <summary>
    /// A description of the stream. A state can be loaded only into a stream with the same description, because the positions in the state
    /// would be wrong for another stream.
    /// </summary>
    internal abstract string Description { get; }

    /// <summary>The seeds of all operations, in a fixed order.</summary>
    internal virtual IEnumerable<StreamSeed> Seeds => [];

    /// <summary>The same stream without shuffling. Its first row is available sooner.</summary>
    internal virtual RowSource Unshuffled => this;

    /// <summary>Opens the stream.</summary>
    /// <param name="epoch">The epoch, from 0, which changes the order of shuffled rows.</param>
    /// <param name="state">A state of <see cref="RowCursor.SaveState"/> of the same epoch. Null: the start of the stream.</param>
    internal abstract RowCursor Open(int epoch, JsonObject? state);

    /// <summary>Returns the stream with shuffled shards; null if the order of the shards must not change.</summary>
    internal virtual RowSource? WithShuffledShards(NumpyRandom random) => this;

    /// <summary>Returns a contiguous part of the shards, like <c>shard_data_sources</c> of <c>datasets</c>.</summary>
    /// <param name="count">The number of parts, at most <see cref="NumShards"/>.</param>
    /// <param name="index">The index of the part.</param>
    internal abstract RowSource Shard(int count, int index);
}
