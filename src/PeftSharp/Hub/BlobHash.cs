using System.Security.Cryptography;
using System.Text;

namespace PeftSharp.Hub;

/// <summary>
/// The hash by which the Hub names the content of a file: SHA-256 for files in large file storage, otherwise the hash of a Git blob (SHA-1
/// of a header that contains the length, followed by the content).
/// </summary>
internal static class BlobHash
{
    /// <summary>
    /// Starts the computation of a hash. Returns null if the name is not a hash, or if the length is required but unknown.
    /// </summary>
    internal static IncrementalHash? Start(string etag, long? length)
    {
        if (!etag.All(char.IsAsciiHexDigitLower)) return null;
        switch (etag.Length)
        {
            case 64: return IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            case 40 when length is { } known:
                var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA1);
                hash.AppendData(Encoding.ASCII.GetBytes($"blob {known}\0"));
                return hash;
            default: return null;
        }
    }
}
