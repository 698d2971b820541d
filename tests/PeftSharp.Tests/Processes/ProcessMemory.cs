using System.Runtime.InteropServices;

namespace PeftSharp.Tests.Processes;

/// <summary>What is in this process's memory, on Linux.</summary>
internal static unsafe class ProcessMemory
{
    /// <summary>File names of mapped libraries that contain one of these words.</summary>
    internal static IEnumerable<string> Libraries(params string[] words) =>
        Maps().Where(line => line.Length == 6)
            .Where(line => line[5].EndsWith(".so", StringComparison.Ordinal) || line[5].Contains(".so.", StringComparison.Ordinal))
            .Select(line => Path.GetFileName(line[5]))
            .Where(name => words.Any(word => name.Contains(word, StringComparison.OrdinalIgnoreCase))).Distinct();

    /// <summary>Pages of 4 KiB without a file that can be executed and not written: the allocator's code.</summary>
    internal static int CodePages() => Maps().Count(line => line[1] == "r-xp" && line.Length == 5 && Size(line[0]) == 4096);

    /// <summary>Whether malloc maps a block of 40 MB by itself, as glibc does unless its thresholds were raised.</summary>
    internal static bool LargeBlocksAreMapped()
    {
        var block = (nuint*)NativeMemory.Alloc(40 << 20);
        var isMapped = (block[-1] & 2) != 0;                               // IS_MMAPPED, in the size before a block
        NativeMemory.Free(block);
        return isMapped;
    }

    /// <summary>A variable as C code sees it.</summary>
    internal static string NativeVariable(string name) => Marshal.PtrToStringUTF8(GetVariable(name)) ?? "-";

    /// <summary>All variables as C code sees them.</summary>
    internal static string NativeEnvironment()
    {
        var variables = *(byte***)NativeLibrary.GetExport(NativeLibrary.GetMainProgramHandle(), "environ");
        var list = new List<string>();
        for (; *variables != null; variables++) list.Add(Marshal.PtrToStringUTF8((nint)(*variables))!);
        return string.Join('\n', list);
    }

    /// <summary>What libgomp read from the environment when it was loaded.</summary>
    internal static int OpenMPThreads() =>
        ((delegate* unmanaged<int>)NativeLibrary.GetExport(
            NativeLibrary.Load("torch_cpu", typeof(ProcessMemory).Assembly, null), "omp_get_max_threads"))();

    private static IEnumerable<string[]> Maps() => File.ReadAllLines("/proc/self/maps")
        .Select(line => line.Split(' ', 6, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));

    private static long Size(string range) =>
        range.Split('-') is [var from, var to] ? Convert.ToInt64(to, 16) - Convert.ToInt64(from, 16) : 0;

    [DllImport("libc", EntryPoint = "getenv")]
    private static extern nint GetVariable([MarshalAs(UnmanagedType.LPUTF8Str)] string name);
}
