using System.Security.Cryptography;
using System.Text;

namespace PeftSharp.Hub;

/// <summary>A file that is uploaded: its name in the repository, its content, and what the Hub reports about it.</summary>
internal sealed class UploadFile
{
    private const int SampleBytes = 512, BufferBytes = 1 << 20;
    private readonly DateTime _written;

    /// <exception cref="IOException">The file cannot be read.</exception>
    internal UploadFile(string path, string name)
    {
        (LocalPath, Name) = (path, name);
        var file = new FileInfo(path);
        (Size, _written) = (file.Length, file.LastWriteTimeUtc);
    }

    internal string LocalPath { get; }

    /// <summary>The name in the repository.</summary>
    internal string Name { get; }

    internal long Size { get; }

    /// <summary>Whether the content goes to large file storage; otherwise it is a part of the commit.</summary>
    internal bool IsLarge { get; set; }

    /// <summary>Whether the repository's <c>.gitignore</c> excludes the file.</summary>
    internal bool IsIgnored { get; set; }

    /// <summary>The hash of the file in the repository. Null: the repository does not contain the file.</summary>
    internal string? RemoteHash { get; set; }

    /// <summary>The hash by which the Hub names the content: SHA-256 for large files, the hash of a Git blob for other files.</summary>
    internal string? Hash { get; private set; }

    internal bool IsUnchanged => RemoteHash is not null && RemoteHash == Hash;

    /// <summary>Returns the first bytes, with which the Hub distinguishes text files from binary files.</summary>
    internal byte[] ReadSample()
    {
        using var stream = Open();
        var sample = new byte[Math.Min(SampleBytes, Size)];
        stream.ReadExactly(sample);
        return sample;
    }

    internal async Task ComputeHashAsync(CancellationToken cancellationToken)
    {
        using var hash = IncrementalHash.CreateHash(IsLarge ? HashAlgorithmName.SHA256 : HashAlgorithmName.SHA1);
        if (!IsLarge) hash.AppendData(Encoding.ASCII.GetBytes($"blob {Size}\0"));
        await using var stream = Open();
        var buffer = new byte[Math.Clamp(Size, 1, BufferBytes)];
        for (int count; (count = await stream.ReadAsync(buffer, cancellationToken).ConfigureAwait(false)) > 0;)
            hash.AppendData(buffer.AsSpan(0, count));
        Hash = Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>
    /// Reads bytes of the file for a request. Errors are converted, because a request is repeated after an <see cref="IOException"/>, which
    /// usually means that the connection was lost.
    /// </summary>
    /// <exception cref="HubException">The file cannot be read, or it is shorter than before.</exception>
    internal async Task ReadAsync(FileStream stream, Memory<byte> target, CancellationToken cancellationToken)
    {
        try { await stream.ReadExactlyAsync(target, cancellationToken).ConfigureAwait(false); }
        catch (IOException error)
        {
            throw new HubException(HubError.Storage, $"'{LocalPath}' cannot be read to its end ({error.Message}), or it was shortened "
                + "during the upload. Nothing was committed.", error)
            { FileName = Name };
        }
    }

    internal FileStream Open() => new(LocalPath, new FileStreamOptions
    {
        Mode = FileMode.Open,
        Access = FileAccess.Read,
        Share = FileShare.Read,
        BufferSize = 0,
        Options = FileOptions.Asynchronous | FileOptions.SequentialScan,
    });

    /// <summary>Returns whether the file was changed after this object was created.</summary>
    internal bool HasChanged() =>
        new FileInfo(LocalPath) is var file && (!file.Exists || file.Length != Size || file.LastWriteTimeUtc != _written);
}
