namespace PeftSharp.Vision;

/// <summary>
/// Thrown if an image cannot be read or resized: it is malformed, incomplete, too large or has a format that is not supported.
/// </summary>
public sealed class ImageException : PeftSharpException
{
    /// <inheritdoc/>
    public ImageException(string message) : base(message) { }

    /// <inheritdoc/>
    public ImageException(string message, Exception? innerException) : base(message, innerException) { }
}
