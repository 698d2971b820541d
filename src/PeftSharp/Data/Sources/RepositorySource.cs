using PeftSharp.Hub;

namespace PeftSharp.Data;

/// <summary>The data files of a revision of a dataset repository on the Hugging Face Hub.</summary>
internal sealed class RepositorySource(HubDataset repository) : DataSource
{
    private IReadOnlyList<string>? _visible;

    internal HubDataset Repository => repository;

    internal override string Description => $"the dataset repository '{repository.Name}' (revision '{repository.Revision}')";

    internal override IReadOnlyList<string> List(bool includeHidden = false) => includeHidden
        ? repository.Files
        : _visible ??= [.. repository.Files.Where(file => !FilePattern.IsHidden(file)).Order(StringComparer.Ordinal)];

    internal override Task<IReadOnlyList<string>> ObtainAsync(IReadOnlyList<string> files, CancellationToken cancellationToken) =>
        repository.DownloadAsync(files, cancellationToken);

    public override void Dispose()
    {
        repository.Dispose();
        base.Dispose();
    }
}
