namespace PeftSharp.Data;

/// <summary>
/// The base class of <see cref="Dataset"/>, whose rows can be accessed by index, and <see cref="IterableDataset"/>, whose rows are read one
/// after the other. A trainer accepts both.
/// </summary>
/// <remarks>Thread safety: see the derived classes.</remarks>
public abstract class DatasetBase
{
    private protected DatasetBase() { }
}
