using System.Runtime.CompilerServices;

namespace PeftSharp.Tests;

/// <summary>
/// Tests never send a request to the Hub: a name that is not a folder is an error, whatever the cache of the machine contains.
/// </summary>
internal static class NoInternet
{
#pragma warning disable CA2255      // The tests are a program.
    [ModuleInitializer]
    internal static void Set()
    {
        Environment.SetEnvironmentVariable("HF_HUB_OFFLINE", "1");
        Environment.SetEnvironmentVariable("HF_HUB_CACHE", Path.Combine(Path.GetTempPath(), "peftsharp-tests-without-a-cache"));
    }
#pragma warning restore CA2255
}
