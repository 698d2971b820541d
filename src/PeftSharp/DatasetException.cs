namespace PeftSharp;

/// <summary>
/// Data that cannot be read or does not fit: a malformed row, a column of the wrong type, an empty set, labels out of range.
/// </summary>
public sealed class DatasetException : PeftSharpException
{
    /// <inheritdoc/>
    public DatasetException(string message) : base(message) { }

    /// <inheritdoc/>
    public DatasetException(string message, Exception? innerException) : base(message, innerException) { }
}
