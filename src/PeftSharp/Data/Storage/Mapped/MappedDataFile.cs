using System.IO.MemoryMappedFiles;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace PeftSharp.Data;

/// <summary>A file whose bytes are read through memory: mapped, or copied to memory as a whole.</summary>
/// <remarks>
/// <para>
/// Thread safety: instances are immutable. The file is closed after it was mapped. The mapping exists as long as this object: every column
/// refers to it, and every read ends with <see cref="GC.KeepAlive"/>, so the memory cannot be unmapped during a read. When no dataset
/// refers to it any more, the garbage collector removes the mapping (the critical finalizer of the handle, which runs after the finalizers
/// of objects that could still read).
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

    private MappedDataFile(string path, SafeBuffer memory, long offset, long length, DateTime writtenAt)
    {
        (Path, _memory, Length, WrittenAt) = (path, memory, length, writtenAt);
        byte* start = null;
        memory.AcquirePointer(ref start);
        _start = start + offset;
        memory.ReleasePointer();             // otherwise the finalizer of the handle would not release the memory
    }

    internal string Path { get; }

    /// <summary>Whether the file is mapped; false: its bytes were copied.</summary>
    internal bool IsMapped => _memory is SafeMemoryMappedViewHandle;

    /// <summary>The length of the file in bytes when it was opened.</summary>
    internal long Length { get; }

    /// <summary>When the file had been written last when it was opened.</summary>
    internal DateTime WrittenAt { get; }

    /// <param name="path">The path of the file.</param>
    /// <param name="keepInMemory">Whether the file is copied to memory instead of being mapped.</param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="DatasetException">The file is empty, or it cannot be opened or mapped.</exception>
    internal static MappedDataFile Open(string path, bool keepInMemory = false)
    {
        try
        {
            using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, bufferSize: 0);
            if (stream.Length == 0)
                throw new DatasetException($"'{path}' is empty. The file is damaged: write it again.");
            var written = File.GetLastWriteTimeUtc(stream.SafeFileHandle);
            if (keepInMemory)
                return new(path, AllocatedMemory.Read(stream), 0, stream.Length, written);
            using var map = MemoryMappedFile.CreateFromFile(
                stream, mapName: null, capacity: 0, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: true);
            var view = map.CreateViewAccessor(0, 0, MemoryMappedFileAccess.Read);         // has no finalizer; its handle has
            return new(path, view.SafeMemoryMappedViewHandle, view.PointerOffset, stream.Length, written);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            if (error is FileNotFoundException or DirectoryNotFoundException)
                throw new FileNotFoundException($"There is no file '{path}'.", path, error);
            throw new DatasetException($"'{path}' cannot be opened ({error.Message}).", error);
        }
    }

    /// <summary>Returns a part of the file.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The part is not within the file.</exception>
    internal MappedBuffer Buffer(long offset, long length)
    {
        if (offset < 0 || length < 0 || offset > Length - length)
            throw new ArgumentOutOfRangeException(nameof(offset), offset, $"The part of {length} bytes is not within the {Length} bytes.");
        return new MappedBuffer(this, _start + offset, length);
    }

    /// <summary>
    /// Unmaps the file now, so that it can be deleted on Windows. The caller is the only user of the file and of its columns.
    /// </summary>
    internal void Release() => _memory.Dispose();

    /// <summary>Keeps the memory until this call, in code that has read from an address.</summary>
    internal void KeepAlive() => GC.KeepAlive(_memory);

    /// <summary>A copy of a file in memory that is not managed, because it may be larger than an array can be.</summary>
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

        internal static AllocatedMemory Read(FileStream stream)
        {
            var memory = (byte*)NativeMemory.Alloc((nuint)stream.Length);
            try
            {
                for (long done = 0; done < stream.Length;)
                {
                    var part = new Span<byte>(memory + done, (int)Math.Min(1 << 30, stream.Length - done));
                    stream.ReadExactly(part);
                    done += part.Length;
                }
                return new AllocatedMemory((nint)memory, stream.Length);
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
