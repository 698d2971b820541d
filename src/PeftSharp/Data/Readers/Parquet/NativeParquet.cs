using System.Runtime.InteropServices;

namespace PeftSharp.Data;

/// <summary>Detects whether the native library of ParquetSharp cannot be loaded, and creates the exception for this case.</summary>
internal static class NativeParquet
{
    internal static bool IsMissing(Exception error) =>
        error is DllNotFoundException or BadImageFormatException or EntryPointNotFoundException
        || (error is TypeInitializationException { InnerException: { } cause } && IsMissing(cause));

    internal static DatasetException Missing(Exception error) => new(
        "Parquet files cannot be read or written: the native library of the package ParquetSharp cannot be loaded on "
        + $"{RuntimeInformation.RuntimeIdentifier} ({error.GetBaseException().Message}). "
        + "ParquetSharp supports win-x64, win-arm64, linux-x64, linux-arm64, osx-x64 and osx-arm64. Check that ParquetSharpNative is in "
        + "the output folder of the program (runtimes/<platform>/native), or convert the file to JSON lines or CSV.", error);
}
