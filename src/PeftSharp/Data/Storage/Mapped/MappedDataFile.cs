using System.IO.MemoryMappedFiles;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace PeftSharp.Data;

/// <summary>A data file that is mapped into memory, or copied to memory as a whole.</summary>
/// <remarks>
/// <para>
/// Thread safety: several threads can use an instance at once. The file is closed after its metadata was read. The mapping exists as long
/// as this object: every column refers to it, and every read ends with <see cref="GC.KeepAlive"/>, so the memory cannot be unmapped during
/// a read. When no dataset refers to this object, the critical finalizer of the handle unmaps the file. It runs after the finalizers of
/// objects that could still read.
/// </para>
/// <para>
/// No address leaves this class and <see cref="MappedBuffer"/>: values are copied. If another program shortens a mapped file, the operating
/// system ends the process on the next read of the missing part. This library replaces files by renaming, which does not affect mappings.
/// </para>
/// </remarks>
internal sealed unsafe class MappedDataFile
{
    private readonly SafeBuffer _memory;
    private readonly byte* _start;
    private SafeFileHandle? _handle;
    private string? _fingerprint;

    private MappedDataFile(string path, SafeBuffer memory, long offset, SafeFileHandle handle)
        : this(path, memory, offset, RandomAccess.GetLength(handle), File.GetLastWriteTimeUtc(handle), File.GetCreationTimeUtc(handle))
    {
    }

    private MappedDataFile(string path, SafeBuffer memory, long offset, long length, DateTime writtenAt, DateTime createdAt)
    {
        (Path, _memory, Length, WrittenAt, CreatedAt) = (path, memory, length, writtenAt, createdAt);
        byte* start = null;
        memory.AcquirePointer(ref start);
        _start = start + offset;
        memory.ReleasePointer();             // otherwise the finalizer of the handle would not release the memory
    }

    internal string Path { get; }

    /// <summary>Whether the file is mapped; false: its bytes were copied.</summary>
    internal bool IsMapped => _memory is SafeMemoryMappedViewHandle;

    /// <summary>
    /// The file that contains the compressed bytes, and their position in it. Null: the bytes were not decompressed.
    /// </summary>
    internal (MappedDataFile File, long Position)? Origin { get; private init; }

    /// <summary>The length of the file in bytes when it was opened.</summary>
    internal long Length { get; }

    /// <summary>The last write time of the file when it was opened.</summary>
    internal DateTime WrittenAt { get; }

    /// <summary>The creation time of the file.</summary>
    internal DateTime CreatedAt { get; }

    /// <summary>A hash that identifies the content of the file; computed when it is first used.</summary>
    internal string Fingerprint => _fingerprint ??= FileFingerprint.Of(this);

    /// <param name="path">The path of the file.</param>
    /// <param name="keepInMemory">Whether the file is copied to memory instead of being mapped.</param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="DatasetException">The file is empty, or it cannot be opened or mapped.</exception>
    internal static MappedDataFile Open(string path, bool keepInMemory = false)
    {
        try
        {
            var handle = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete,
                keepInMemory ? FileOptions.SequentialScan : FileOptions.RandomAccess);
            try
            {
                return Open(path, handle, keepInMemory);
            }
            catch
            {
                handle.Dispose();
                throw;
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            if (error is FileNotFoundException or DirectoryNotFoundException)
                throw new FileNotFoundException($"There is no file '{path}'.", path, error);
            throw new DatasetException($"'{path}' cannot be opened ({error.Message}).", error);
        }
    }

    private static MappedDataFile Open(string path, SafeFileHandle handle, bool keepInMemory)
    {
        if (RandomAccess.GetLength(handle) == 0)
            throw new DatasetException($"'{path}' is empty. The file is damaged: write it again.");
        if (keepInMemory)
        {
            using var stream = new FileStream(handle, FileAccess.Read, bufferSize: 0);
            return new(path, AllocatedMemory.Read(stream, stream.Length), 0, handle);
        }
        using var map = MemoryMappedFile.CreateFromFile(
            handle, mapName: null, capacity: 0, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: true);
        var view = map.CreateViewAccessor(0, 0, MemoryMappedFileAccess.Read);             // no finalizer, but the handle has one
        return new(path, view.SafeMemoryMappedViewHandle, view.PointerOffset, handle) { _handle = handle };
    }

    /// <summary>Copies bytes of the metadata before <see cref="Close"/> is called.</summary>
    /// <remarks>
    /// The bytes of a mapped file are read from the file. The first access to a mapped page would make the operating system read up to
    /// several megabytes that follow it, so reading the metadata of all record batches would read most of a file.
    /// </remarks>
    /// <exception cref="ArgumentOutOfRangeException">The part is not within the file.</exception>
    /// <exception cref="EndOfStreamException">The file was shortened.</exception>
    internal void ReadMetadata(long offset, Span<byte> destination)
    {
        var buffer = Buffer(offset, destination.Length);
        if (_handle is null)
        {
            buffer.CopyTo(0, destination);
            return;
        }
        for (var done = 0; done < destination.Length;)
            done += RandomAccess.Read(_handle, destination[done..], offset + done) is > 0 and var count
                ? count
                : throw new EndOfStreamException($"'{Path}' was shortened while it was opened.");
    }

    /// <summary>Closes the file, which remains mapped.</summary>
    internal void Close() => _handle?.Dispose();

    /// <summary>Reads bytes that are compressed in a file to memory.</summary>
    /// <param name="source">The file.</param>
    /// <param name="position">The position of the compressed bytes in the file.</param>
    /// <param name="data">The decompressed bytes.</param>
    /// <param name="length">The number of decompressed bytes.</param>
    /// <exception cref="InvalidDataException">There are more bytes.</exception>
    /// <exception cref="EndOfStreamException">There are fewer bytes.</exception>
    internal static MappedDataFile Decompress(MappedDataFile source, long position, Stream data, long length)
    {
        var memory = AllocatedMemory.Read(data, length);
        if (data.ReadByte() >= 0)
            throw new InvalidDataException($"it contains more than {length} bytes");
        return new(source.Path, memory, 0, length, source.WrittenAt, source.CreatedAt) { Origin = (source, position) };
    }

    /// <summary>Returns a part of the file.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The part is not within the file.</exception>
    internal MappedBuffer Buffer(long offset, long length)
    {
        if (offset < 0 || length < 0 || offset > Length - length)
            throw new ArgumentOutOfRangeException(nameof(offset), offset, $"The part of {length} bytes is not within the {Length} bytes.");
        return new MappedBuffer(this, _start + offset, length);
    }

    /// <summary>The position of an address in the file.</summary>
    internal long PositionOf(byte* address) => address - _start;

    /// <summary>Unmaps the file now, so that it can be deleted on Windows. No other code may use the file or its columns.</summary>
    internal void Release() => _memory.Dispose();

    /// <summary>Keeps the memory alive until this call. Call it after the last read from an address.</summary>
    internal void KeepAlive() => GC.KeepAlive(_memory);

    /// <summary>A copy of a file in unmanaged memory, because a file may be larger than the maximum size of an array.</summary>
    private sealed class AllocatedMemory : SafeBuffer
    {
        private AllocatedMemory(nint memory, long length) : base(ownsHandle: true)
        {
            SetHandle(memory);
            Initialize((ulong)length);
            GC.AddMemoryPressure(length);
            _pressure = length;
        }

        private readonly long _pressure;

        internal static AllocatedMemory Read(Stream stream, long length)
        {
            var memory = (byte*)NativeMemory.Alloc((nuint)length);
            try
            {
                for (long done = 0; done < length;)
                {
                    var part = new Span<byte>(memory + done, (int)Math.Min(1 << 30, length - done));
                    stream.ReadExactly(part);
                    done += part.Length;
                }
                return new AllocatedMemory((nint)memory, length);
            }
            catch
            {
                NativeMemory.Free(memory);
                throw;
            }
        }

        protected override bool ReleaseHandle()
        {
            NativeMemory.Free((void*)handle);
            GC.RemoveMemoryPressure(_pressure);
            return true;
        }
    }
}
