using System.Text.Json.Nodes;

namespace PeftSharp.Data;

/// <summary>Reads the rows of a shard in chunks.</summary>
internal abstract class ShardReader : IDisposable
{
    /// <summary>Reads the next rows, at least one; returns null at the end.</summary>
    internal abstract ColumnSet? ReadChunk();

    /// <summary>
    /// Returns the position of a row of the last chunk. If <paramref name="row"/> is the number of rows of the chunk, returns the position
    /// after the chunk.
    /// </summary>
    internal abstract JsonObject PositionOf(int row);

    public abstract void Dispose();
}
