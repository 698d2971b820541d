using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using TorchSharp;

namespace PeftSharp.Kernels;

/// <summary>Loads libtorch and TorchSharp's native library, on older Linux systems too, and says in one message why that failed.</summary>
/// <remarks>
/// <para>Runs by itself when a program first touches this library. A program that uses TorchSharp <em>before</em> PeftSharp calls
/// <see cref="Load"/> as its first statement: TorchSharp tries only once, and remembers a failure for the life of the process.</para>
/// <para>TorchSharp 0.107 is built for the libstdc++ of GCC 13 (<c>GLIBCXX_3.4.32</c>). On a Linux that has an older one (Debian 12,
/// Ubuntu 22.04, RHEL 9) a copy that loads there is made in <c>$XDG_CACHE_HOME/peftsharp</c> or <c>~/.cache/peftsharp</c> (2.4 MB,
/// made once). Loading takes about 0.6 s on a small machine. The environment variable <c>PEFTSHARP_BACKEND</c> may name a folder in which to look for the libraries first.</para>
/// <para>Thread safety: all members can be called from several threads at once.</para>
/// </remarks>
public static class NativeBackend
{
    private const string TorchSharpNative = "LibTorchSharp";
    private const string TorchSharpFile = "libLibTorchSharp.so";

    /// <summary>libtorch's parts, each after what it needs: loaded by full path, they are found by name from wherever the mended copy lies.</summary>
    private static readonly string[] _parts = ["libgomp*.so*", "libc10.so", "libc10_cuda.so", "libtorch_cpu.so", "libtorch_cuda.so", "libtorch.so"];

    private static readonly Lock _gate = new();
    private static volatile bool _loaded;

    /// <summary>Makes TorchSharp usable, or says why it is not. Cheap once loaded; may be called from any thread, any number of times.</summary>
    /// <exception cref="NativeBackendException">No backend package is referenced, or a native library does not load; the message names the file and the way out.</exception>
    public static void Load()
    {
        if (!_loaded && TryLoad() is { } error)
            throw error;
        TensorAllocator.Use(FastPaths.Allocator);
    }

    /// <summary>Loads early, before the program's first use of TorchSharp. It stays silent where that fails: tokenizers, metrics and data sets work without tensors, and whatever needs them calls <see cref="Load"/>.</summary>
    [ModuleInitializer]
    [SuppressMessage("Usage", "CA2255:The 'ModuleInitializer' attribute should not be used in libraries", Justification = "TorchSharp's own loader must come second, or it fails for good.")]
    internal static void LoadEarly()
    {
        if (OperatingSystem.IsLinux())                       // elsewhere there is nothing to prepare
            _ = TryLoad();
    }

    private static NativeBackendException? TryLoad()
    {
        lock (_gate)
        {
            if (_loaded) return null;
            var error = OperatingSystem.IsLinux() ? TryLoadOnLinux() : TryLoadElsewhere();
            _loaded = error is null;
            return error;
        }
    }

    private static NativeBackendException? TryLoadOnLinux()
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
        return problem.Contains(GlibcxxMend.Version, StringComparison.Ordinal) ? TryLoadMended(original) : BackendErrors.DoesNotLoad(original, problem);
    }

    private static NativeBackendException? TryLoadMended(string original)
    {
        string? temporary = null;
        try
        {
            string copy;
            try
            {
                copy = MendedLibrary.Place(original, MendedLibrary.UserFolder() ?? throw new IOException("This user has no home folder."));
            }
            catch (IOException)                              // a read-only home: use a folder that is this process's alone, so that nobody else can put a file there
            {
                temporary = Directory.CreateTempSubdirectory("peftsharp-").FullName;
                copy = MendedLibrary.Place(original, temporary);
            }
            return LoadError(copy) is { } reason ? BackendErrors.DoesNotLoad(copy, reason) : null;
        }
        catch (NativeBackendException error) { return error; }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException) { return BackendErrors.NotMended(original, error); }
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
