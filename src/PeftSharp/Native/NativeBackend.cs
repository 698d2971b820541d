using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using TorchSharp;

namespace PeftSharp.Native;

/// <summary>Loads libtorch and TorchSharp's native library, on older Linux systems too, and says in one message why that failed.</summary>
/// <remarks>
/// <para>Runs by itself when a program that has used any type of PeftSharp first uses one of TorchSharp. A program that uses TorchSharp <em>before</em> PeftSharp calls
/// <see cref="Load"/> as its first statement: TorchSharp tries only once, and remembers a failure for the life of the process.</para>
/// <para>TorchSharp 0.107 is built for the libstdc++ of GCC 13 (<c>GLIBCXX_3.4.32</c>). On a Linux that has an older one (Debian 12,
/// Ubuntu 22.04, RHEL 9) a copy that loads there is made in <c>$XDG_CACHE_HOME/peftsharp</c> or <c>~/.cache/peftsharp</c> (2.4 MB,
/// made once). Loading takes about 0.6 s on a small machine. The environment variable <c>PEFTSHARP_BACKEND</c> may name a folder in which to look for the libraries first.</para>
/// <para>On Linux libtorch's threads wait with a short spin count and are no more than <see cref="Environment.ProcessorCount"/>, unless the environment has OpenMP variables that say otherwise
/// (<c>GOMP_SPINCOUNT</c>, <c>OMP_WAIT_POLICY</c>, <c>OMP_NUM_THREADS</c>) or libtorch is already loaded. docs/process.md says what else the library does to a process.</para>
/// <para>Thread safety: all members can be called from several threads at once.</para>
/// </remarks>
public static unsafe class NativeBackend
{
    private const string TorchSharpNative = "LibTorchSharp";
    private const string TorchSharpFile = "libLibTorchSharp.so";

    /// <summary>libtorch's parts, each after what it needs: loaded by full path, they are found by name from wherever the patched copy lies.</summary>
    private static readonly string[] _parts = ["libgomp*.so*", "libc10.so", "libc10_cuda.so", "libtorch_cpu.so", "libtorch_cuda.so", "libtorch.so"];

    private static readonly Lock _gate = new();
    private static volatile bool _loaded;

    /// <summary>Makes TorchSharp usable, or says why it is not. Cheap once loaded; may be called from any thread, any number of times.</summary>
    /// <exception cref="NativeBackendException">No backend package is referenced, or a native library does not load; the message names the file and the way out.</exception>
    public static void Load()
    {
        if (TryLoad() is { } error)
            throw error;
    }

    /// <summary>Prepares the load of the backend for the moment at which the program first needs a type of TorchSharp. Until then no native library is loaded, so programs that only read data, tokenize or compute metrics never pay for it.</summary>
    [ModuleInitializer]
    [SuppressMessage("Usage", "CA2255:The 'ModuleInitializer' attribute should not be used in libraries", Justification = "TorchSharp's own loader must run after this one: its failure is permanent.")]
    internal static void LoadWithTorchSharp()
    {
        if (!OperatingSystem.IsLinux()) return;              // elsewhere TorchSharp's own loader needs no help
        AppDomain.CurrentDomain.AssemblyLoad += OnAssemblyLoad;
        if (AppDomain.CurrentDomain.GetAssemblies().Any(IsTorchSharp)) LoadSilently();
    }

    /// <summary>The handle of libtorch_cpu, or 0 if it does not load.</summary>
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

    /// <summary>An error is not reported here: code that needs tensors calls <see cref="Load"/>, which reports it.</summary>
    private static void LoadSilently()
    {
        AppDomain.CurrentDomain.AssemblyLoad -= OnAssemblyLoad;
        _ = TryLoad();
    }

    private static NativeBackendException? TryLoad()
    {
        if (_loaded) return null;
        LoadTorchSharp();                                    // before the lock: loading an assembly takes the runtime's own lock and calls OnAssemblyLoad
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
        if (IsInProcess()) return TryLoadParts();            // loaded by the program itself, with settings of its own
        using (OpenMPSettings.Apply())
        {
            if (TryLoadParts() is { } error) return error;
        }
        LimitThreads();
        return null;
    }

    private static bool IsInProcess() => File.Exists("/proc/self/maps") && File.ReadLines("/proc/self/maps").Any(line => line.Contains("libtorch_cpu", StringComparison.Ordinal));

    /// <summary>libtorch's default is one thread per core of the machine; a container's quota may allow fewer (<see cref="Environment.ProcessorCount"/>).</summary>
    private static void LimitThreads()
    {
        if (OpenMPSettings.AreThreadsChosen || !NativeLibrary.TryLoad(TorchSharpFile, out var library)) return;
        var getThreads = (delegate* unmanaged<int>)NativeLibrary.GetExport(library, "THSTorch_get_num_threads");
        if (getThreads() > Environment.ProcessorCount) ((delegate* unmanaged<int, void>)NativeLibrary.GetExport(library, "THSTorch_set_num_threads"))(Environment.ProcessorCount);
    }

    private static NativeBackendException? TryLoadParts()
    {
        if (NativeLibrary.TryLoad(TorchSharpFile, out _))    // already in this process, or found through LD_LIBRARY_PATH
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
        return problem.Contains(GlibcxxPatch.Version, StringComparison.Ordinal) ? TryLoadPatched(original) : BackendErrors.DoesNotLoad(original, problem);
    }

    private static NativeBackendException? TryLoadPatched(string original)
    {
        string? temporary = null;
        try
        {
            string copy;
            try
            {
                copy = PatchedLibrary.Place(original, PatchedLibrary.UserFolder() ?? throw new IOException("This user has no home folder."));
            }
            catch (IOException)                              // a read-only home: use a folder that is this process's alone, so that nobody else can put a file there
            {
                temporary = Directory.CreateTempSubdirectory("peftsharp-").FullName;
                copy = PatchedLibrary.Place(original, temporary);
            }
            return LoadError(copy) is { } reason ? BackendErrors.DoesNotLoad(copy, reason) : null;
        }
        catch (NativeBackendException error) { return error; }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException) { return BackendErrors.NotPatched(original, error); }
        finally
        {
            if (temporary is not null)
                Directory.Delete(temporary, recursive: true);   // what is loaded stays loaded
        }
    }

    /// <summary>Windows and macOS: the platform's own search, as TorchSharp itself does it, only with the reason kept.</summary>
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
                return $"{path}: file too short";            // the loader's own words for the cuts that it notices
            NativeLibrary.Load(path);
            return null;
        }
        catch (Exception error) when (error is DllNotFoundException or BadImageFormatException or IOException or UnauthorizedAccessException)
        {
            return error.Message;
        }
    }
}
