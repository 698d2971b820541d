namespace PeftSharp;

/// <summary>
/// Thrown if data cannot be read or is invalid, for example a malformed row, a column of the wrong type, an empty dataset or a label that
/// is out of range.
/// </summary>
public sealed class DatasetException : PeftSharpException
{
    /// <inheritdoc/>
    public DatasetException(string message) : base(message) { }

    /// <inheritdoc/>
    public DatasetException(string message, Exception? innerException) : base(message, innerException) { }
}
