namespace PeftSharp.Data;

/// <summary>
/// Thrown when a value has another type than the values before it. The caller adds the column and the row to the message.
/// </summary>
internal sealed class TypeMismatchException : Exception
{
    internal TypeMismatchException(Feature expected, string found) : base($"The column has type {expected}, but this value is {found}.") { }

    internal TypeMismatchException(string message) : base(message) { }
}
