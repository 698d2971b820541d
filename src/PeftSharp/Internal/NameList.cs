namespace PeftSharp.Internal;

/// <summary>A list of names, for messages.</summary>
internal static class NameList
{
    /// <summary>Returns the names, separated by commas; <c>none</c> if there are no names.</summary>
    internal static string Of(IEnumerable<string> names) => string.Join(", ", names.DefaultIfEmpty("none"));
}
