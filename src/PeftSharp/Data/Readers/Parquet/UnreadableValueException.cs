namespace PeftSharp.Data;

/// <summary>Thrown if a stored value cannot be represented exactly by a .NET type.</summary>
/// <param name="index">The index of the value in its array; at the top level, the row in the batch.</param>
/// <param name="message">The value and the reason.</param>
internal sealed class UnreadableValueException(int index, string message) : Exception(message)
{
    internal int Index => index;
}
