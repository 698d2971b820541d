namespace PeftSharp.Data;

/// <summary>A stored value that has no exact .NET counterpart.</summary>
/// <param name="index">The index of the value in its array; at the top level, the row within the batch.</param>
/// <param name="message">What the value is and why it cannot be read.</param>
internal sealed class UnreadableValueException(int index, string message) : Exception(message)
{
    internal int Index => index;
}
