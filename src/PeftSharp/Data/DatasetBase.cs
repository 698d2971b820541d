namespace PeftSharp.Data;

/// <summary>
/// A <see cref="Dataset"/>, whose rows are in memory, or an <see cref="IterableDataset"/>, whose rows are read one after the other: the
/// data that a trainer accepts.
/// </summary>
/// <remarks>Thread safety: see the derived classes.</remarks>
public abstract class DatasetBase
{
    private protected DatasetBase() { }
}
