namespace PeftSharp;

/// <summary>
/// Thrown if TorchSharp's native libraries are missing or cannot be loaded. The message contains the reason and a remedy.
/// </summary>
public sealed class NativeBackendException : PeftSharpException
{
    /// <inheritdoc/>
    public NativeBackendException(string message) : base(message) { }

    /// <inheritdoc/>
    public NativeBackendException(string message, Exception? innerException) : base(message, innerException) { }
}
