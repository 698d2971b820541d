using PeftSharp.Kernels;

namespace PeftSharp.Tests.Kernels;

/// <summary>One of the faster paths turned off, by its property's name, until this is disposed.</summary>
internal sealed class PathSwitch : IDisposable
{
    private readonly System.Reflection.PropertyInfo _path;

    internal PathSwitch(string name)
    {
        _path = typeof(FastPaths).GetProperty(name)!;
        _path.SetValue(null, false);
    }

    internal static IEnumerable<string> All => typeof(FastPaths).GetProperties().Select(path => path.Name);

    public void Dispose() => _path.SetValue(null, true);
}
