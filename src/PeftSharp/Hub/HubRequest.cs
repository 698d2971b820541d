namespace PeftSharp.Hub;

/// <summary>The repository, revision and file of a request, for error messages.</summary>
internal sealed record HubRequest(string Repository, string Revision, string? File)
{
    internal HubException Error(HubError reason, string message, Exception? inner = null) =>
        new(reason, $"{this}: {message}", inner) { Repository = Repository, Revision = Revision, FileName = File };

    public override string ToString() => File is null
        ? $"Repository '{Repository}' (revision '{Revision}')"
        : $"File '{File}' of repository '{Repository}' (revision '{Revision}')";
}
