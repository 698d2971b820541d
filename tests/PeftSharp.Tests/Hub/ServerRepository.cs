using System.Security.Cryptography;
using System.Text;

namespace PeftSharp.Tests.Hub;

/// <summary>A repository of <see cref="HubServer"/>: one commit with files, and the names of its branches and tags.</summary>
internal sealed class ServerRepository
{
    internal string Commit { get; set; } = new('a', 40);

    internal List<string> Revisions { get; } = ["main"];

    internal Dictionary<string, byte[]> Files { get; } = new(StringComparer.Ordinal);

    /// <summary>Branches with other commits, by name.</summary>
    internal Dictionary<string, ServerRepository> Branches { get; } = new(StringComparer.Ordinal);

    /// <summary>Files in large file storage: their ETag is SHA-256, and their content is on another host.</summary>
    internal HashSet<string> LargeFiles { get; } = new(StringComparer.Ordinal);

#pragma warning disable CA5350      // Git's names of blobs are SHA-1
    internal string ETag(string file) => LargeFiles.Contains(file)
        ? Convert.ToHexStringLower(SHA256.HashData(Files[file]))
        : Convert.ToHexStringLower(SHA1.HashData([.. Encoding.ASCII.GetBytes($"blob {Files[file].Length}\0"), .. Files[file]]));
#pragma warning restore CA5350
}
