using PeftSharp.Native;

namespace PeftSharp.Tests.Native;

/// <summary>TorchSharp's native library, unpatched.</summary>
internal static class NativeFiles
{
    internal static string TorchSharpOrSkip()
    {
        Skip.IfNot(BackendFolders.Rid == "linux-x64", "The patch is for TorchSharp's library for linux-x64.");
        return BackendFolders.Files(BackendFolders.Find(), "libLibTorchSharp.so").Should().ContainSingle().Which;
    }
}
