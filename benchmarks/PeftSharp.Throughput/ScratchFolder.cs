namespace PeftSharp.Throughput;

/// <summary>A temporary folder, which is deleted when the object is disposed.</summary>
internal sealed class ScratchFolder : IDisposable
{
    internal string Path { get; } = Directory.CreateTempSubdirectory("throughput").FullName;

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
