using System.Security.Cryptography;
using System.Text;

namespace PeftSharp.Hub;

/// <summary>
/// The hash by which the Hub names the content of a file: SHA-256 for files in large file storage, otherwise that of a Git blob (SHA-1 of a
/// header with the length and of the content).
/// </summary>
internal static class BlobHash
{
    /// <summary>Starts a hash. Null if the name is not such a hash, or if the length is required but unknown.</summary>
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
