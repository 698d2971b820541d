namespace PeftSharp;

/// <summary>The base class of the exceptions of this library.</summary>
/// <remarks>Invalid arguments are reported by <see cref="ArgumentException"/> and derived classes.</remarks>
public class PeftSharpException : Exception
{
    /// <summary>Creates an exception with a message.</summary>
    public PeftSharpException(string message) : base(message) { }

    /// <summary>Creates an exception with a message and the exception that caused it.</summary>
    public PeftSharpException(string message, Exception? innerException) : base(message, innerException) { }
}
