namespace PeftSharp;

/// <summary>
/// TorchSharp's native libraries that are absent or do not load; the message names the file, the loader's reason and the way out.
/// </summary>
public sealed class NativeBackendException : PeftSharpException
{
    /// <inheritdoc/>
    public NativeBackendException(string message) : base(message) { }

    /// <inheritdoc/>
    public NativeBackendException(string message, Exception? innerException) : base(message, innerException) { }
}
