using PeftSharp.Native;

namespace PeftSharp.Tests.Native;

/// <summary>TorchSharp's own native library as this test run found it.</summary>
internal static class NativeFiles
{
    internal static string TorchSharpOrSkip()
    {
        Skip.IfNot(BackendFolders.Rid == "linux-x64", "The patch concerns TorchSharp's library for linux-x64.");
        return Assert.Single(BackendFolders.Files(BackendFolders.Find(), "libLibTorchSharp.so"));
    }
}
