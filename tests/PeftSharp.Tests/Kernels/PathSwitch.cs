using PeftSharp.Kernels;

namespace PeftSharp.Tests.Kernels;

/// <summary>Sets a switch of FastPaths, by the name of its property, until it is disposed.</summary>
internal sealed class PathSwitch : IDisposable
{
    private readonly System.Reflection.PropertyInfo _path;

    private readonly object? _before;

    internal PathSwitch(string name, bool isOn = false)
    {
        _path = typeof(FastPaths).GetProperty(name)!;
        _before = _path.GetValue(null);
        _path.SetValue(null, isOn);
    }

    internal static IEnumerable<string> All => typeof(FastPaths).GetProperties().Select(path => path.Name);

    public void Dispose() => _path.SetValue(null, _before);
}
