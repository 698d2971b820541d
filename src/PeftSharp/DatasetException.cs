namespace PeftSharp;

/// <summary>
/// Data cannot be read or are invalid, for example a malformed row, a column of the wrong type, an empty data set or labels out of range.
/// </summary>
public sealed class DatasetException : PeftSharpException
{
    /// <inheritdoc/>
    public DatasetException(string message) : base(message) { }

    /// <inheritdoc/>
    public DatasetException(string message, Exception? innerException) : base(message, innerException) { }
}
