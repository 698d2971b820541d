using System.Text;
using PeftSharp.Internal;

namespace PeftSharp.Tokenization;

/// <summary>Reads the text files of a tokenizer, which are UTF-8. Other bytes are rejected, because they would change tokens.</summary>
internal static class TextFile
{
    /// <exception cref="TokenizerException">The file is not UTF-8, or a pointer of Git LFS.</exception>
    internal static string Read(string path) => Read(path, File.ReadAllText);

    /// <exception cref="TokenizerException">The file is not UTF-8, or a pointer of Git LFS.</exception>
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
