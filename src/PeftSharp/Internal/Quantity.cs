namespace PeftSharp.Internal;

/// <summary>A number with its noun, for messages.</summary>
internal static class Quantity
{
    /// <summary>Returns <c>1 label</c>, <c>2 labels</c>, <c>2 classes</c> and so on.</summary>
    /// <param name="count">The number.</param>
    /// <param name="noun">The noun in the singular, with a regular plural.</param>
    internal static string Of(long count, string noun) =>
        count == 1 ? $"1 {noun}" : $"{count} {noun}{(noun.EndsWith('s') || noun.EndsWith("ch", StringComparison.Ordinal) ? "es" : "s")}";
}
