using System.Text;
using PeftSharp.Internal;

namespace PeftSharp.Tokenization;

/// <summary>
/// Reads the text files of a tokenizer, which are UTF-8. Bytes that are not valid UTF-8 are rejected, because replacing them would change
/// tokens.
/// </summary>
internal static class TextFile
{
    /// <exception cref="TokenizerException">The file is not UTF-8, or it is a Git LFS pointer.</exception>
    internal static string Read(string path) => Read(path, File.ReadAllText);

    /// <exception cref="TokenizerException">The file is not UTF-8, or it is a Git LFS pointer.</exception>
    internal static string[] ReadLines(string path) => Read(path, File.ReadAllLines);

    private static T Read<T>(string path, Func<string, Encoding, T> read)
    {
        if (GitLfsPointer.IsPointer(path)) throw new TokenizerException(GitLfsPointer.Describe(path));
        try
        {
            return read(path, StrictUtf8.Encoding);
        }
        catch (DecoderFallbackException error)
        {
            throw new TokenizerException($"'{path}' is not valid UTF-8. Download the file again.", error);
        }
    }
}
