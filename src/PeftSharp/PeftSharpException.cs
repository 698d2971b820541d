namespace PeftSharp;

/// <summary>The base class of the exceptions of this library.</summary>
/// <remarks>Invalid arguments are reported by <see cref="ArgumentException"/> and derived classes.</remarks>
public class PeftSharpException : Exception
{
    /// <summary>Creates an exception with a message.</summary>
    /// <param name="message">The message.</param>
    public PeftSharpException(string message) : base(message) { }

    /// <summary>Creates an exception with a message and the exception that caused it.</summary>
    /// <param name="message">The message.</param>
    /// <param name="innerException">The exception that caused this one. Null: none.</param>
    public PeftSharpException(string message, Exception? innerException) : base(message, innerException) { }
}
