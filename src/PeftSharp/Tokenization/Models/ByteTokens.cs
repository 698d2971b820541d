using System.Globalization;

namespace PeftSharp.Tokenization;

/// <summary>The tokens <c>&lt;0x00&gt;</c> … <c>&lt;0xFF&gt;</c> for the bytes of characters that are not in a vocabulary.</summary>
internal static class ByteTokens
{
    internal static string Of(int value) => string.Create(CultureInfo.InvariantCulture, $"<0x{value:X2}>");

    /// <summary>Returns the id of the token of each byte; -1 if it is not in the vocabulary.</summary>
    internal static int[] Ids(TokenizerModel model) => [.. Enumerable.Range(0, 256).Select(b => model.IdOf(Of(b)) ?? -1)];
}
