using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace PeftSharp.Data;

/// <summary>
/// Describes the files of a stored result by length, time and hash, so that a file that was changed or damaged is not used.
/// </summary>
/// <remarks>
/// The hash of a file is compared only if the time of the file has changed, such as after the folder was copied. Otherwise, reading a
/// large file could take longer than computing the result again.
/// </remarks>
internal static class StoredFiles
{
    private const string Bytes = "bytes";
    private const string Modified = "modified";
    private const string Hash = "sha256";

    /// <param name="folder">The folder.</param>
    /// <param name="hashes">The known hashes of files, by name. The hashes of other files are computed.</param>
    internal static JsonObject Describe(string folder, IReadOnlyDictionary<string, string> hashes) => new(
        new DirectoryInfo(folder).GetFiles().OrderBy(file => file.Name, StringComparer.Ordinal).Select(file => KeyValuePair.Create(
            file.Name, (JsonNode?)new JsonObject
            {
                [Bytes] = file.Length,
                [Modified] = file.LastWriteTimeUtc.Ticks,
                [Hash] = hashes.TryGetValue(file.Name, out var known) ? known : HashOf(file),
            })));

    /// <summary>Returns whether the files in a folder are unchanged since they were described.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="described">The result of <see cref="Describe"/>.</param>
    /// <exception cref="InvalidOperationException">The description is malformed.</exception>
    internal static bool AreUnchanged(string folder, JsonElement described) =>
        described.TryGetProperty(DiskLayout.State, out _) && described.TryGetProperty(DiskLayout.Info, out _)
        && described.EnumerateObject().All(file => Path.GetFileName(file.Name) == file.Name
            && !file.Name.Contains('\0', StringComparison.Ordinal)
            && IsUnchanged(new FileInfo(Path.Combine(folder, file.Name)), file.Value));

    private static bool IsUnchanged(FileInfo file, JsonElement described)
    {
        if (!file.Exists || file.Length != described.GetProperty(Bytes).GetInt64())
            return false;
        var modified = described.GetProperty(Modified).GetInt64();
        if (file.LastWriteTimeUtc.Ticks == modified)
            return true;
        if (HashOf(file) != described.GetProperty(Hash).GetString())
            return false;
        try
        {
            file.LastWriteTimeUtc = new DateTime(modified, DateTimeKind.Utc);      // so that the next call need not read the file
        }
        // The time cannot be set, so the next call compares the hash again.
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentException) { }
        return true;
    }

    private static string HashOf(FileInfo file)
    {
        using var stream = file.OpenRead();
        return Convert.ToHexStringLower(SHA256.HashData(stream));
    }
}
