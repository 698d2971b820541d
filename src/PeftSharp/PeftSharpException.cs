namespace PeftSharp;

/// <summary>
/// The root of the library's own errors: files that break their format, native code that does not load, data that does not fit.
/// </summary>
/// <remarks>
/// Wrong arguments are the base class library's <see cref="ArgumentException"/> family instead. Every message names the thing, its value
/// and the way out.
/// </remarks>
public class PeftSharpException : Exception
{
    /// <summary>An error with its message.</summary>
    public PeftSharpException(string message) : base(message) { }

    /// <summary>An error with its message and what led to it.</summary>
    public PeftSharpException(string message, Exception? innerException) : base(message, innerException) { }
}
