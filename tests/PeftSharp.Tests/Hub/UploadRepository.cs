using System.Security.Cryptography;
using System.Text;

namespace PeftSharp.Tests.Hub;

/// <summary>A repository of <see cref="UploadServer"/>.</summary>
internal sealed class UploadRepository
{
    internal bool IsPrivate { get; init; }

    internal string Commit { get; set; } = new('0', 40);

    /// <summary>The titles of the commits.</summary>
    internal List<string> Titles { get; } = [];

    internal Dictionary<string, byte[]> Files { get; } = new(StringComparer.Ordinal);

    internal string Text(string file) => Encoding.UTF8.GetString(Files[file]);

    internal static string Hash(byte[] content, bool isLarge) =>
        isLarge ? Convert.ToHexStringLower(SHA256.HashData(content)) : GitHash(content);

#pragma warning disable CA5350      // Git's names of blobs are SHA-1
    internal static string GitHash(byte[] content) =>
        Convert.ToHexStringLower(SHA1.HashData([.. Encoding.ASCII.GetBytes($"blob {content.Length}\0"), .. content]));
#pragma warning restore CA5350
}
