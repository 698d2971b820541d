namespace PeftSharp.Hub;

/// <summary>The repository, revision and file of a request, for addresses and error messages.</summary>
internal sealed record HubRequest(string Repository, string Revision, string? File, HubRepositoryType Type = HubRepositoryType.Model)
{
    /// <summary>The path of the repository in addresses of pages and files.</summary>
    internal string Path => Type == HubRepositoryType.Dataset ? $"datasets/{Repository}" : Repository;

    /// <summary>The path of the repository in addresses of the web API.</summary>
    internal string ApiPath => $"api/{(Type == HubRepositoryType.Dataset ? "datasets" : "models")}/{Repository}";

    internal HubException Error(HubError reason, string message, Exception? inner = null) =>
        new(reason, HubName.Printable($"{this}: {message}"), inner) { Repository = Repository, Revision = Revision, FileName = File };

    public override string ToString() => File is null
        ? $"{(Type == HubRepositoryType.Dataset ? "Dataset repository" : "Repository")} '{Repository}' (revision '{Revision}')"
        : $"File '{HubName.Show(File)}' of {(Type == HubRepositoryType.Dataset ? "dataset " : "")}repository '{Repository}' "
            + $"(revision '{Revision}')";
}
