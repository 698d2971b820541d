using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using TorchSharp;

namespace PeftSharp.Native;

/// <summary>Loads libtorch and TorchSharp's native library, including on older Linux systems. If loading fails, the exception states the
/// reason and a remedy.</summary>
/// <remarks>
/// <para>
/// Loading is automatic if the program uses a type of PeftSharp first: libtorch is then loaded at the first use of a TorchSharp type. A
/// program that uses TorchSharp <em>before</em> PeftSharp must call <see cref="Load"/> as its first statement, because TorchSharp tries to
/// load libtorch only once and remembers a failure.
/// </para>
/// <para>
/// TorchSharp 0.107 requires the libstdc++ of GCC 13 (<c>GLIBCXX_3.4.32</c>). On Linux systems with an older libstdc++ (Debian 12, Ubuntu
/// 22.04, RHEL 9), a patched copy of TorchSharp's native library (2.4 MB) is written once to <c>$XDG_CACHE_HOME/peftsharp</c> or
/// <c>~/.cache/peftsharp</c>; if this folder cannot be written, each process uses a temporary copy. Also on Linux, the environment
/// variable <c>PEFTSHARP_BACKEND</c> can contain the path of a folder that is searched before the folders of the program. Loading libtorch
/// takes about 0.5 s.
/// </para>
/// <para>
/// On Linux, loading libtorch also configures its threads. They use a short spin count, unless <c>GOMP_SPINCOUNT</c> or
/// <c>OMP_WAIT_POLICY</c> is set. Their number is limited to <see cref="Environment.ProcessorCount"/>, unless <c>OMP_NUM_THREADS</c>,
/// <c>MKL_NUM_THREADS</c> or <c>OMP_THREAD_LIMIT</c> is set. If the program has loaded libtorch before, the threads are not configured.
/// docs/process.md lists the other effects of PeftSharp on a process.
/// </para>
/// <para>Thread safety: all members can be called from several threads at once.</para>
/// </remarks>
public static unsafe class NativeBackend
{
    private const string TorchSharpNative = "LibTorchSharp";
    private const string TorchSharpFile = "libLibTorchSharp.so";

    /// <summary>libtorch's libraries in the order of their dependencies. They are loaded by full path, so the patched copy, which is in
    /// another folder, finds them by name.</summary>
    private static readonly string[] _parts =
        ["libgomp*.so*", "libc10.so", "libc10_cuda.so", "libtorch_cpu.so", "libtorch_cuda.so", "libtorch.so"];

    private static readonly Lock _gate = new();
    private static volatile bool _loaded;

    /// <summary>Loads the native backend if it is not loaded. Further calls have no effect.</summary>
    /// <exception cref="NativeBackendException">No backend package is referenced, or a native library cannot be loaded. The message
    /// contains the reason and a remedy.</exception>
    public static void Load()
    {
        if (TryLoad() is { } error)
            throw error;
    }

    /// <summary>Schedules the loading of the backend for the first use of a TorchSharp type. Until then no native library is loaded, so
    /// programs that only read data, tokenize or compute metrics do not load libtorch.</summary>
    [ModuleInitializer]
    [SuppressMessage("Usage", "CA2255:The 'ModuleInitializer' attribute should not be used in libraries",
        Justification = "TorchSharp's own loader must run after this one: its failure is permanent.")]
    internal static void LoadWithTorchSharp()
    {
        if (!OperatingSystem.IsLinux()) return;              // on other systems TorchSharp's own loader is sufficient
        AppDomain.CurrentDomain.AssemblyLoad += OnAssemblyLoad;
        if (AppDomain.CurrentDomain.GetAssemblies().Any(IsTorchSharp)) LoadSilently();
    }

    /// <summary>The handle of libtorch_cpu, or 0 if it cannot be loaded.</summary>
    internal static nint TorchCpu()
    {
        _ = TryLoad();
        return NativeLibrary.TryLoad("torch_cpu", typeof(NativeBackend).Assembly, null, out var library) ? library : 0;
    }

    private static void OnAssemblyLoad(object? sender, AssemblyLoadEventArgs args)
    {
        if (IsTorchSharp(args.LoadedAssembly)) LoadSilently();
    }

    private static bool IsTorchSharp(Assembly assembly) => assembly.GetName().Name == "TorchSharp";

    /// <summary>
    /// Loads the backend and does not report an error: code that needs tensors calls <see cref="Load"/>, which reports the error.
    /// </summary>
    private static void LoadSilently()
    {
        AppDomain.CurrentDomain.AssemblyLoad -= OnAssemblyLoad;
        _ = TryLoad();
    }

    private static NativeBackendException? TryLoad()
    {
        if (_loaded) return null;
        // TorchSharp is loaded before the lock is taken, because loading an assembly takes a lock of the runtime and calls OnAssemblyLoad.
        LoadTorchSharp();
        lock (_gate)
        {
            if (_loaded) return null;
            var error = OperatingSystem.IsLinux() ? TryLoadOnLinux() : TryLoadElsewhere();
            _loaded = error is null;
            return error;
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static Assembly LoadTorchSharp() => typeof(torch).Assembly;

    private static NativeBackendException? TryLoadOnLinux()
    {
        if (IsInProcess()) return TryLoadParts();            // the program has loaded it with its own settings
        using (OpenMPSettings.Apply())
        {
            if (TryLoadParts() is { } error) return error;
        }
        LimitThreads();
        return null;
    }

    private static bool IsInProcess() => File.Exists("/proc/self/maps")
        && File.ReadLines("/proc/self/maps").Any(line => line.Contains("libtorch_cpu", StringComparison.Ordinal));

    /// <summary>Limits the number of libtorch's threads to <see cref="Environment.ProcessorCount"/>. libtorch's default is one thread per
    /// core of the machine, but the quota of a container may allow fewer.</summary>
    private static void LimitThreads()
    {
        if (OpenMPSettings.AreThreadsChosen || !NativeLibrary.TryLoad(TorchSharpFile, out var library)) return;
        var getThreads = (delegate* unmanaged<int>)NativeLibrary.GetExport(library, "THSTorch_get_num_threads");
        if (getThreads() > Environment.ProcessorCount)
            ((delegate* unmanaged<int, void>)NativeLibrary.GetExport(library, "THSTorch_set_num_threads"))(Environment.ProcessorCount);
    }

    private static NativeBackendException? TryLoadParts()
    {
        if (NativeLibrary.TryLoad(TorchSharpFile, out _))    // already loaded, or found through LD_LIBRARY_PATH
            return null;

        var folders = BackendFolders.Find();
        foreach (var part in _parts.SelectMany(pattern => BackendFolders.Files(folders, pattern)))
        {
            if (LoadError(part) is { } reason)
                return BackendErrors.DoesNotLoad(part, reason);
        }
        if (BackendFolders.Files(folders, "libtorch_cpu.so") is [])
            return BackendErrors.NoBackend(folders);
        if (BackendFolders.Files(folders, TorchSharpFile) is not [var original, ..])
            return BackendErrors.NoTorchSharp(TorchSharpFile, folders);

        var problem = LoadError(original);
        if (problem is null) return null;
        return problem.Contains(GlibcxxPatch.Version, StringComparison.Ordinal)
            ? TryLoadPatched(original)
            : BackendErrors.DoesNotLoad(original, problem);
    }

    private static NativeBackendException? TryLoadPatched(string original)
    {
        string? temporary = null;
        try
        {
            string copy;
            try
            {
                copy = PatchedLibrary.Place(
                    original, PatchedLibrary.UserFolder() ?? throw new IOException("The user has no home folder."));
            }
            catch (IOException)                              // a read-only home folder: use a new folder that no other user can write to
            {
                temporary = Directory.CreateTempSubdirectory("peftsharp-").FullName;
                copy = PatchedLibrary.Place(original, temporary);
            }
            return LoadError(copy) is { } reason ? BackendErrors.DoesNotLoad(copy, reason) : null;
        }
        catch (NativeBackendException error) { return error; }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return BackendErrors.NotPatched(original, error);
        }
        finally
        {
            if (temporary is not null)
                Directory.Delete(temporary, recursive: true);   // the loaded library stays loaded
        }
    }

    /// <summary>Windows and macOS: loads the library as TorchSharp's own loader does, but preserves the reason of a failure.</summary>
    private static NativeBackendException? TryLoadElsewhere()
    {
        var assembly = typeof(torch).Assembly;
        NativeLibrary.TryLoad("torch_cpu", assembly, null, out _);
        try
        {
            NativeLibrary.Load(TorchSharpNative, assembly, null);
            return null;
        }
        catch (Exception error) when (error is DllNotFoundException or BadImageFormatException)
        {
            var folders = BackendFolders.Find();
            return BackendFolders.Files(folders, "*torch_cpu.*") is []
                ? BackendErrors.NoBackend(folders)
                : BackendErrors.DoesNotLoad(TorchSharpNative, error.Message);
        }
    }

    private static string? LoadError(string path)
    {
        try
        {
            if (!ElfBytes.IsWhole(path))
                return $"{path}: file too short";            // the loader's own message for truncated files
            NativeLibrary.Load(path);
            return null;
        }
        catch (Exception error)
            when (error is DllNotFoundException or BadImageFormatException or IOException or UnauthorizedAccessException)
        {
            return error.Message;
        }
    }
}
