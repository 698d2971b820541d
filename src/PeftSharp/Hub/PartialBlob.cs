using System.Security.Cryptography;

namespace PeftSharp.Hub;

/// <summary>
/// The file <c>ETAG.incomplete</c> to which the content of a blob is downloaded. The file remains when a download is interrupted, so that
/// the next download continues at its end.
/// </summary>
/// <remarks>
/// The file is opened for one process at a time. On file systems without locks, two processes would write the same bytes to the same
/// positions, because the name is the hash of the content.
/// </remarks>
internal sealed class PartialBlob : IAsyncDisposable
{
    private const int BufferBytes = 1 << 20;
    private readonly FileStream _file;
    private readonly HubRequest _request;
    private readonly HubFile _content;
    private IncrementalHash? _hash;

    private PartialBlob(FileStream file, HubRequest request, HubFile content) => (_file, _request, _content) = (file, request, content);

    /// <summary>Number of bytes that are downloaded.</summary>
    internal long Length { get; private set; }

    /// <summary>Whether the file contained data when it was opened.</summary>
    internal bool IsResumed { get; private set; }

    /// <summary>Whether all bytes are downloaded; false if the length is unknown.</summary>
    internal bool IsFull => Length == _content.Size;

    /// <summary>Opens or creates the file and computes the hash of the bytes that it contains.</summary>
    internal static async Task<PartialBlob> OpenAsync(string path, HubRequest request, HubFile content, CancellationToken cancellationToken)
    {
        if (new FileInfo(path).LinkTarget is not null) File.Delete(path);            // a link could lead to a file outside the cache
        var file = new FileStream(path, new FileStreamOptions
        {
            Mode = FileMode.OpenOrCreate,
            Access = FileAccess.ReadWrite,
            Share = FileShare.None,
            BufferSize = 0,
            Options = FileOptions.Asynchronous,
        });
        var blob = new PartialBlob(file, request, content);
        try
        {
            if (file.Length > content.Size || file.Length == 0) blob.Restart();
            else
            {
                blob._hash = BlobHash.Start(content.ETag, content.Size);
                await blob.ReadAsync(cancellationToken).ConfigureAwait(false);
                blob.IsResumed = true;
            }
            return blob;
        }
        catch
        {
            await blob.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Discards the content.</summary>
    internal void Restart()
    {
        _file.SetLength(0);
        (_file.Position, Length, IsResumed) = (0, 0, false);
        _hash?.Dispose();
        _hash = BlobHash.Start(_content.ETag, _content.Size);
    }

    /// <summary>Appends bytes.</summary>
    /// <exception cref="HubException">The disk is full or cannot be written, or the server sent more bytes than it announced.</exception>
    internal async ValueTask AppendAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        if (Length + bytes.Length > _content.Size)
            throw _request.Error(HubError.Corrupted,
                $"the server sent more than the {_content.Size} bytes that it announced. Nothing was stored; try again.");
        try { await _file.WriteAsync(bytes, cancellationToken).ConfigureAwait(false); }
        catch (IOException error)
        {
            throw _request.Error(HubError.Storage, $"'{_file.Name}' cannot be written ({error.Message}). Free disk space, or choose "
                + "another disk with HF_HOME or CacheFolder.", error);
        }
        Length += bytes.Length;
        _hash?.AppendData(bytes.Span);
    }

    /// <summary>Writes the content to the disk and compares its hash with the expected hash.</summary>
    /// <returns>A description of the error. Null: the content is correct.</returns>
    internal async Task<string?> FindErrorAsync(CancellationToken cancellationToken)
    {
        _file.Flush(flushToDisk: true);
        if (_content.Size is { } size && size != Length) return $"it has {Length} bytes instead of {size}";
        // The hash includes the length, so it was not started if the length was not known.
        if (_hash is null)
        {
            _hash = BlobHash.Start(_content.ETag, Length);
            if (_hash is null) return null;                                         // the server does not name its content by a hash
            await ReadAsync(cancellationToken).ConfigureAwait(false);
        }
        return Convert.ToHexStringLower(_hash.GetCurrentHash()) is var actual && actual == _content.ETag
            ? null : $"its hash is {actual} instead of {_content.ETag}";
    }

    public async ValueTask DisposeAsync()
    {
        _hash?.Dispose();
        await _file.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>Adds the content of the file to the hash.</summary>
    private async Task ReadAsync(CancellationToken cancellationToken)
    {
        (_file.Position, Length) = (0, 0);
        var buffer = new byte[_file.Length == 0 ? 1 : BufferBytes];
        for (int count; (count = await _file.ReadAsync(buffer, cancellationToken).ConfigureAwait(false)) > 0; Length += count)
            _hash?.AppendData(buffer.AsSpan(0, count));
    }
}
