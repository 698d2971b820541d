namespace PeftSharp.Data;

/// <summary>A value of another type than the column had so far; whoever adds values says which row and column it was.</summary>
internal sealed class TypeMismatchException(Feature expected, string found) : Exception($"The column holds {expected} so far, and this value is {found}.");
