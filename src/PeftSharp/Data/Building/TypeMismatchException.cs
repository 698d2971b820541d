namespace PeftSharp.Data;

/// <summary>A value that does not fit the values before it; whoever adds values says which row and column it was.</summary>
internal sealed class TypeMismatchException : Exception
{
    internal TypeMismatchException(Feature expected, string found) : base($"The column holds {expected} so far, and this value is {found}.") { }

    internal TypeMismatchException(string message) : base(message) { }
}
