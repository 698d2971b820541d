namespace PeftSharp;

/// <summary>
/// The native libraries of TorchSharp are missing or cannot be loaded. The message contains the file, the loader's reason and the remedy.
/// </summary>
public sealed class NativeBackendException : PeftSharpException
{
    /// <inheritdoc/>
    public NativeBackendException(string message) : base(message) { }

    /// <inheritdoc/>
    public NativeBackendException(string message, Exception? innerException) : base(message, innerException) { }
}
