using PeftSharp.Hub;

namespace PeftSharp.Data;

/// <summary>Determines the files of each split of a dataset repository, or of its branch with converted files.</summary>
internal static class RepositoryDataset
{
    /// <exception cref="HubException">The repository or the revision cannot be obtained.</exception>
    /// <exception cref="DatasetException">See <see cref="DataFiles.PlanAsync"/>.</exception>
    internal static async Task<(DataSource Source, DataFilePlan Plan)> PlanAsync(
        string name, DatasetLoadOptions options, CancellationToken cancellationToken)
    {
        var source = await OpenAsync(name, options.Revision, options, cancellationToken).ConfigureAwait(false);
        try
        {
            if (options.DataFiles is null && options.DataDir is null)
            {
                if (options.Revision == HubDataset.ConvertedBranch)
                    return (source, ConvertedFiles.Plan(source, options));
                if (Script(source) is { } script && await IsWithoutConfigurationsAsync(source, cancellationToken).ConfigureAwait(false))
                {
                    using (source)
                        return await PlanConvertedAsync(name, script, options, cancellationToken).ConfigureAwait(false);
                }
            }
            return (source, await DataFiles.PlanAsync(source, options, cancellationToken).ConfigureAwait(false));
        }
        catch
        {
            source.Dispose();
            throw;
        }
    }

    private static async Task<(DataSource Source, DataFilePlan Plan)> PlanConvertedAsync(
        string name, string script, DatasetLoadOptions options, CancellationToken cancellationToken)
    {
        var why = $"The dataset repository '{name}' contains a loading script ('{script}'). Scripts are never run. Instead, the "
            + $"Parquet files to which the Hub has converted the dataset (branch '{HubDataset.ConvertedBranch}') are read.";
        if (options.Revision is not (null or "main"))
            throw new DatasetException($"{why} Converted files exist only for the branch main, but the revision is '{options.Revision}'. "
                + "Remove the revision, or name the data files of that revision (dataFiles).");
        RepositorySource converted;
        try
        {
            converted = await OpenAsync(name, HubDataset.ConvertedBranch, options, cancellationToken).ConfigureAwait(false);
        }
        catch (HubException error) when (error.Reason is HubError.RevisionNotFound or HubError.Offline)
        {
            throw new DatasetException(error.Reason == HubError.Offline
                ? $"{why} {error.Message}"
                : $"{why} The repository has no such branch. Name the data files (dataFiles), or use another copy of the dataset.", error);
        }
        try
        {
            return (converted, ConvertedFiles.Plan(converted, options));
        }
        catch
        {
            converted.Dispose();
            throw;
        }
    }

    private static async Task<RepositorySource> OpenAsync(
        string name, string? revision, DatasetLoadOptions options, CancellationToken cancellationToken)
    {
        try
        {
            return new RepositorySource(
                await HubDataset.OpenAsync(name, revision, options.Hub, cancellationToken).ConfigureAwait(false));
        }
        catch (HubException error)
        {
            throw new HubException(error.Reason,
                $"There is no file or folder '{name}' (the full path is '{Path.GetFullPath(name)}'). {error.Message}", error)
            { Repository = error.Repository, Revision = error.Revision, FileName = error.FileName };
        }
    }

    /// <summary>Returns the loading script, which has the name of the repository. Null: there is no loading script.</summary>
    private static string? Script(RepositorySource source)
    {
        var script = source.Repository.Name.Split('/')[^1] + ".py";
        return source.Repository.Files.Contains(script) ? script : null;
    }

    private static async Task<bool> IsWithoutConfigurationsAsync(RepositorySource source, CancellationToken cancellationToken) =>
        DatasetCard.Read(await source.ReadTextAsync(DatasetCard.FileName, cancellationToken).ConfigureAwait(false), source.Description)
            .Configurations.Count == 0;
}
