using System.Text.Json.Nodes;

namespace PeftSharp.Data;

/// <summary>
/// Reads the rows of a stream one after the other. Its state can be stored, and the stream can be continued exactly from this state.
/// </summary>
/// <remarks>Not thread-safe.</remarks>
internal abstract class RowCursor : IDisposable
{
    /// <summary>The row that the last call of <see cref="MoveNext"/> has read.</summary>
    internal Row Current { get; private protected set; } = null!;

    /// <summary>Reads the next row; returns false at the end.</summary>
    internal abstract bool MoveNext();

    /// <summary>
    /// Returns a state with which <see cref="RowSource.Open"/> continues with the row after <see cref="Current"/>. It can also be called
    /// after the end.
    /// </summary>
    internal abstract JsonObject SaveState();

    public abstract void Dispose();
}
