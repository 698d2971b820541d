namespace PeftSharp.Data;

/// <summary>
/// Thrown when the type of a value differs from the type of the previous values. The code that catches it adds the column and the row to
/// the message.
/// </summary>
internal sealed class TypeMismatchException : Exception
{
    internal TypeMismatchException(Feature expected, string found) : base($"The column has type {expected}, but this value is {found}.") { }

    internal TypeMismatchException(string message) : base(message) { }
}
