using System.Runtime.InteropServices;

namespace PeftSharp.Native;

/// <summary>An allocator for libtorch's CPU tensors that reuses the memory of freed tensors. Off by default
/// (<c>FastPaths.Allocator</c>).</summary>
/// <remarks>
/// <para>
/// libtorch allocates aligned memory from glibc (<c>posix_memalign</c>). glibc allocates a larger block and returns its ends to the heap,
/// where small objects are allocated. When the tensor is freed, the gap is too small for a tensor of the same size. This allocator calls
/// <c>malloc</c> with 80 additional bytes and aligns within the block, and glibc is configured to keep freed memory
/// (<see cref="GlibcHeap"/>).
/// </para>
/// <para>
/// An allocator is a C++ object, so this one is a copy of libtorch's own with two functions of its virtual table replaced by a few
/// instructions of machine code. These instructions forward a request that they cannot handle to libtorch's allocator, which reports the
/// error. All assumptions are verified first: on another system, processor or libtorch, or if another allocator is installed, the allocator
/// is not available.
/// </para>
/// <para>
/// Turning it off reinstalls libtorch's allocator. The page with the machine code (4 KiB) and the table remain until the process ends,
/// because they free the tensors that were allocated in the meantime.
/// </para>
/// </remarks>
internal static unsafe class TensorAllocator
{
    // The virtual functions of the class: two destructors, allocate, is_simple_data_ptr, raw_deleter, copy_data.
    private const int BeforeFunctions = 2, AllocateSlot = 2, IsSimpleSlot = 3, RawDeleterSlot = 4, Slots = 6;
    private const int HandleWords = 8, ProbeBytes = 100, PageBytes = 4096, Alignment = 64;
    private const int ReadWrite = 1 | 2, ReadExecute = 1 | 4, PrivateAnonymous = 2 | 0x20;

    private static readonly Lock _gate = new();
    private static Allocators? _allocators;

    /// <summary>Whether libtorch currently uses this allocator.</summary>
    internal static bool IsOn => _allocators is { } allocators && allocators.Get() == allocators.Ours;

    /// <summary>Turns the allocator on or off. Existing tensors are not affected, because each stores its deleter. If the allocator is
    /// not available, or the program has installed another one, the call has no effect.</summary>
    internal static void Use(bool isOn)
    {
        lock (_gate)
        {
            if (isOn == IsOn) return;
            if (isOn) TurnOn();
            else TurnOff(_allocators!);
        }
    }

    private static void TurnOn()
    {
        _allocators ??= TryMake();
        if (_allocators is not { } allocators || allocators.Get() != allocators.Original) return;
        allocators.Set(allocators.Ours, 0);
        if (IsOn) allocators.Heap.KeepFreedMemory();
    }

    private static void TurnOff(Allocators allocators)
    {
        allocators.Set(allocators.Original, 0);
        allocators.Heap.Restore();
    }

    /// <summary>Returns freed memory to the system if the allocator is on. While it is off, glibc does this automatically.</summary>
    internal static void ReturnFreedMemory()
    {
        if (IsOn) _allocators!.Heap.Trim();
    }

    private static Allocators? TryMake()
    {
        if (!OperatingSystem.IsLinux() || RuntimeInformation.ProcessArchitecture != Architecture.X64) return null;
        if (!NativeLibrary.TryLoad("libc10.so", out var c10) || GlibcHeap.TryFind() is not { } heap) return null;
        var program = NativeLibrary.GetMainProgramHandle();
        if (!TryFind(c10, out var set, "_ZN3c1015SetCPUAllocatorEPNS_9AllocatorEh")
            || !TryFind(c10, out var get, "_ZN3c1015GetCPUAllocatorEv")
            || !TryFind(c10, out var table, "_ZTVN3c1019DefaultCPUAllocatorE")
            || !TryFind(c10, out var isSimple, "_ZNK3c109Allocator18is_simple_data_ptrERKNS_7DataPtrE")
            || !TryFind(program, out var malloc, "malloc") || !TryFind(program, out var free, "free"))
            return null;

        // The object starts with its vtable pointer. The layout of the vtable is verified: it must be the exported vtable of the class, and
        // the expected slot must contain an exported function.
        var original = ((delegate* unmanaged<void*>)get)();
        var functions = *(void***)original;
        if (functions != (void**)table + BeforeFunctions || functions[IsSimpleSlot] != isSimple) return null;
        var allocate = functions[AllocateSlot];
        if (Layout.TryFind(original, allocate, ((delegate* unmanaged<void*, void*>)functions[RawDeleterSlot])(original)) is not { } layout)
            return null;
        if (TryWriteCode(layout, original, allocate, malloc, free) is not { } code) return null;

        const int words = BeforeFunctions + Slots;
        var ours = (void**)NativeMemory.AllocZeroed(1 + words, (nuint)sizeof(void*));
        new Span<IntPtr>(functions - BeforeFunctions, words).CopyTo(new Span<IntPtr>(ours + 1, words));
        ours[0] = ours + 1 + BeforeFunctions;
        ours[1 + BeforeFunctions + AllocateSlot] = code.Allocate;
        ours[1 + BeforeFunctions + RawDeleterSlot] = code.RawDeleter;
        return new Allocators
        {
            Original = original, Ours = ours, Heap = heap,
            Set = (delegate* unmanaged<void*, byte, void>)set, Get = (delegate* unmanaged<void*>)get,
        };
    }

    private static bool TryFind(IntPtr library, out void* address, string name)
    {
        var found = NativeLibrary.TryGetExport(library, name, out var export);
        address = (void*)export;
        return found;
    }

    /// <summary>Writes the machine code to a separate page, which then becomes executable and read-only.</summary>
    private static Code? TryWriteCode(Layout layout, void* original, void* originalAllocate, void* malloc, void* free)
    {
        var page = Map(null, PageBytes, ReadWrite, PrivateAnonymous, -1, 0);
        if ((nint)page == -1) return null;
        var bytes = new Span<byte>(page, PageBytes);

        // free(pointer): the pointer that malloc returned is stored before the block.
        var deleter = (byte*)page;
        // test rdi; jz end; mov rdi, [rdi-8]; jmp free; end: ret
        var at = Write(bytes, 0, [0x48, 0x85, 0xff, 0x74, 0x10, 0x48, 0x8b, 0x7f, 0xf8], [0x48, 0xb8], free, [0xff, 0xe0, 0xc3]);

        var rawDeleter = (byte*)page + at;
        at += Write(bytes, at, [], [0x48, 0xb8], deleter, [0xc3]);              // mov rax, deleter; ret

        // allocate(handle: rdi, allocator: rsi, bytes: rdx)
        var allocate = (byte*)page + at;
        at += Write(
            bytes, at,
            // push rbx, r12; rbx = handle, r12 = bytes; 0 bytes: fallback
            [0x53, 0x41, 0x54, 0x48, 0x83, 0xec, 0x08, 0x48, 0x89, 0xfb, 0x49, 0x89, 0xd4, 0x48, 0x85, 0xd2, 0x74, 0x55,
            // bytes + 80; overflow: fallback
            0x48, 0x89, 0xd7, 0x48, 0x83, 0xc7, 0x50, 0x72, 0x4c],
            [0x48, 0xb8], malloc,
            // call malloc; null: fallback; align; store malloc's pointer before the block
            [0xff, 0xd0, 0x48, 0x85, 0xc0, 0x74, 0x3b, 0x48, 0x8d, 0x48, 0x4f, 0x48, 0x83, 0xe1, 0xc0, 0x48, 0x89, 0x41, 0xf8,
            0x48, 0x89, 0x4b, layout.Data, 0x48, 0x89, 0x4b, layout.Context]);
        at += Write(bytes, at, [], [0x48, 0xba], deleter, [0x48, 0x89, 0x53, layout.Deleter]);
        at += Write(bytes, at, [], [0x48, 0xba], (void*)layout.DeviceWord,
            [0x48, 0x89, 0x53, layout.Device, 0x48, 0x89, 0xd8, 0x48, 0x83, 0xc4, 0x08, 0x41, 0x5c, 0x5b, 0xc3]);
        // fallback: libtorch's allocate with the original arguments
        at += Write(bytes, at, [0x48, 0x89, 0xdf], [0x48, 0xbe], original, [0x4c, 0x89, 0xe2, 0x48, 0x83, 0xc4, 0x08, 0x41, 0x5c, 0x5b]);
        Write(bytes, at, [], [0x48, 0xb8], originalAllocate, [0xff, 0xe0]);
        return Protect(page, PageBytes, ReadExecute) == 0 ? new Code { Allocate = allocate, RawDeleter = rawDeleter } : null;
    }

    /// <summary>Writes instructions, an instruction that loads an address, and further instructions. Returns their length.</summary>
    private static int Write(
        Span<byte> code, int at, ReadOnlySpan<byte> before, ReadOnlySpan<byte> load, void* address, ReadOnlySpan<byte> after)
    {
        var start = at;
        before.CopyTo(code[at..]);
        load.CopyTo(code[(at += before.Length)..]);
        MemoryMarshal.Write(code[(at += load.Length)..], (ulong)address);
        after.CopyTo(code[(at += sizeof(ulong))..]);
        return at + after.Length - start;
    }

    [DllImport("libc", EntryPoint = "mmap")]
    private static extern void* Map(void* address, nuint length, int protection, int flags, int file, nint offset);

    [DllImport("libc", EntryPoint = "mprotect")]
    private static extern int Protect(void* address, nuint length, int protection);

    /// <summary>Byte offsets of the fields of <c>c10::DataPtr</c>, libtorch's handle of a memory block, determined from an allocated
    /// one.</summary>
    private sealed record Layout(byte Data, byte Context, byte Deleter, byte Device, ulong DeviceWord)
    {
        internal static Layout? TryFind(void* allocator, void* allocate, void* deleter)
        {
            var handle = stackalloc ulong[HandleWords];
            new Span<ulong>(handle, HandleWords).Clear();
            ((delegate* unmanaged<void*, void*, nuint, void*>)allocate)(handle, allocator, ProbeBytes);
            var words = new Span<ulong>(handle, 4);
            var pointer = words[0];
            if (pointer == 0 || pointer % Alignment != 0) return null;
            var (context, free) = (words[1..].IndexOf(pointer) + 1, words.IndexOf((ulong)deleter));
            var device = 6 - context - free;                                  // the remaining one of the words 0 to 3
            if (context < 1 || free < 1 || device is < 1 or > 3 || device == context || device == free) return null;
            // The device word holds the device type and index in one byte each.
            var found = new Layout(0, (byte)(8 * context), (byte)(8 * free), (byte)(8 * device), words[device] & 0xffff);
            ((delegate* unmanaged<void*, void>)deleter)((void*)pointer);
            return found;
        }
    }

    private struct Code
    {
        internal void* Allocate, RawDeleter;
    }

    private sealed class Allocators
    {
        internal required void* Original { get; init; }
        internal required void* Ours { get; init; }
        internal required delegate* unmanaged<void*, byte, void> Set { get; init; }
        internal required delegate* unmanaged<void*> Get { get; init; }
        internal required GlibcHeap Heap { get; init; }
    }
}
