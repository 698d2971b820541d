namespace PeftSharp.Tests;

/// <summary>A temporary folder of a test, which is deleted when it is disposed.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    internal string Path { get; } = Directory.CreateTempSubdirectory("peftsharp-").FullName;

    internal string File(string name) => System.IO.Path.Combine(Path, name);

    internal IEnumerable<string> Names =>
        Directory.EnumerateFileSystemEntries(Path).Select(path => System.IO.Path.GetFileName(path)!).Order(StringComparer.Ordinal);

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
