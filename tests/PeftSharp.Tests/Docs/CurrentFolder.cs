namespace PeftSharp.Tests.Docs;

/// <summary>A temporary folder that is the current directory of the process until it is disposed.</summary>
internal sealed class CurrentFolder : IDisposable
{
    private readonly string _before = Directory.GetCurrentDirectory();
    private readonly TemporaryFolder _folder = new();

    internal CurrentFolder() => Directory.SetCurrentDirectory(_folder.Path);

    public void Dispose()
    {
        Directory.SetCurrentDirectory(_before);
        _folder.Dispose();
    }
}
