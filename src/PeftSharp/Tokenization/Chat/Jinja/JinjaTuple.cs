namespace PeftSharp.Tokenization;

/// <summary>A tuple.</summary>
/// <param name="Items">The elements.</param>
/// <param name="Names">The names of the elements of a named tuple; null for others.</param>
internal sealed record JinjaTuple(object?[] Items, string[]? Names = null);
