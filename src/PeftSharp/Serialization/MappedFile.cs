using System.IO.MemoryMappedFiles;
using Microsoft.Win32.SafeHandles;
using PeftSharp.Internal;

namespace PeftSharp.Serialization;

/// <summary>A file opened for reading. It is mapped into memory on first use.</summary>
/// <remarks>
/// The pages are copy-on-write: writes through the mapping change the memory of this process, not the file.
/// The mapping is reference-counted: it exists until the last tensor that uses it is freed, even after <see cref="Dispose"/>.
/// </remarks>
internal sealed class MappedFile : IDisposable
{
    private readonly FileStream _stream;
    private readonly Lock _gate = new();
    private MemoryMappedViewAccessor? _view;
    private unsafe byte* _bytes;
    private bool _disposed;

    /// <exception cref="CheckpointException">The file does not exist or cannot be read.</exception>
    internal MappedFile(string path)
    {
        Path = path;
        if (GitLfsPointer.IsPointer(path)) throw new CheckpointException(GitLfsPointer.Describe(path));
        try
        {
            _stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new CheckpointException(
                $"'{path}' cannot be opened ({error.Message}){FolderContents.Describe(System.IO.Path.GetDirectoryName(path))}", error);
        }
        Length = _stream.Length;
    }

    internal string Path { get; }

    /// <summary>The file's length in bytes when it was opened.</summary>
    internal long Length { get; }

    /// <summary>Reads from the file instead of the mapping. If the file has been truncated, this method throws an exception; access to the
    /// mapping would end the process with a signal.</summary>
    /// <exception cref="CheckpointException">The file ends before the span is filled.</exception>
    internal void Read(Span<byte> target, long offset)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        while (!target.IsEmpty)
        {
            int count;
            try
            {
                count = RandomAccess.Read(_stream.SafeFileHandle, target, offset);
            }
            catch (IOException error)
            {
                throw new CheckpointException($"'{Path}' cannot be read at byte {offset} ({error.Message}).", error);
            }
            if (count == 0)
                throw new CheckpointException($"'{Path}' ends at byte {offset}; it had {Length} bytes when it was opened. "
                    + "The file was truncated in the meantime: download it again.");
            target = target[count..];
            offset += count;
        }
    }

    /// <summary>The address of a byte of the mapping. It is valid until this object is disposed and every reference added to
    /// <see cref="View"/> is released.</summary>
    internal unsafe byte* AddressOf(long offset)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (_view is null)
            {
                using var map = MemoryMappedFile.CreateFromFile(_stream, mapName: null, capacity: 0,
                    MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: true);
                _view = map.CreateViewAccessor(0, 0, MemoryMappedFileAccess.CopyOnWrite);
                _view.SafeMemoryMappedViewHandle.AcquirePointer(ref _bytes);
                _bytes += _view.PointerOffset;
            }
            return _bytes + offset;
        }
    }

    /// <summary>The handle of the mapping. Adding a reference to it keeps the pages mapped. Valid only after a call of
    /// <see cref="AddressOf"/>.</summary>
    internal SafeMemoryMappedViewHandle View => _view!.SafeMemoryMappedViewHandle;

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_gate)
        {
            if (_disposed)
                return;
            _disposed = true;
            _view?.SafeMemoryMappedViewHandle.ReleasePointer();
            _view?.Dispose();
            _stream.Dispose();
        }
    }
}
