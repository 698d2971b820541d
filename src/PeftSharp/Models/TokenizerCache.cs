using System.Globalization;
using PeftSharp.Data;
using PeftSharp.Tokenization;

namespace PeftSharp.Models;

/// <summary>Creates the key of stored tokens from the content of the tokenizer and the arguments.</summary>
internal static class TokenizerCache
{
    /// <summary>Returns the cache for a call; null if there is no folder.</summary>
    /// <param name="folder">The folder; null: no cache.</param>
    /// <param name="tokenizer">The tokenizer.</param>
    /// <param name="method">The name of the calling method.</param>
    /// <param name="read">The columns that are read.</param>
    /// <param name="arguments">The arguments that change the result.</param>
    /// <exception cref="NotSupportedException">The content of the tokenizer is unknown.</exception>
    internal static MapCache? Of(
        string? folder, Tokenizer tokenizer, string method, IReadOnlyList<string> read, params (string Name, object? Value)[] arguments)
    {
        if (folder is null)
            return null;
        if (!tokenizer.CanSave)
            throw new NotSupportedException("cacheFolder cannot be used with a tokenizer from Tokenizer.FromBackend, because its content "
                + "is unknown. Call Map with a MapCache whose key names the tokenizer.");
        var given = string.Join(", ", arguments.Select(
            argument => string.Create(CultureInfo.InvariantCulture, $"{argument.Name}={argument.Value ?? "None"}")));
        return new MapCache(folder, $"{method} {tokenizer.ClassName}")
        {
            // A new build of the library may tokenize differently.
            Arguments = $"{given}, tokenizer {tokenizer.ContentHash()}, library {typeof(Tokenizer).Module.ModuleVersionId}",
            ReadColumns = read,
        };
    }
}
