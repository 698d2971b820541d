using System.Text.Json.Nodes;

namespace PeftSharp.Data;

/// <summary>A part of a stream that is read from its start to its end: a file, or some rows of a dataset in memory.</summary>
internal abstract class RowShard
{
    /// <summary>The number of rows; null if it is not known before they are read.</summary>
    internal virtual long? RowCount => null;

    /// <summary>A description of the shard, for <see cref="RowSource.Description"/>.</summary>
    internal abstract string Description { get; }

    /// <param name="position">A position of <see cref="ShardReader.PositionOf"/>. Null: the start.</param>
    internal abstract ShardReader Open(JsonObject? position);
}
