using PeftSharp.Hub;
using PeftSharp.Internal;

namespace PeftSharp.Data;

/// <summary>Loads the splits of a file, a folder or a dataset repository.</summary>
internal sealed class DatasetLoader(
    string path, DatasetLoadOptions options, IProgress<DatasetLoadProgress>? progress, CancellationToken cancellationToken)
{
    /// <summary>Loads the requested splits.</summary>
    /// <param name="slices">The splits that are requested. Null: all.</param>
    internal async Task<DatasetDict> LoadAsync(IReadOnlyList<SplitSlice>? slices)
    {
        var (splits, found) = await ObtainAsync(slices).ConfigureAwait(false);
        return Read(splits, found);
    }

    /// <summary>
    /// Returns the local paths of the files of the requested splits and the options to read them. Files are downloaded if necessary.
    /// </summary>
    /// <param name="slices">The splits that are requested. Null: all.</param>
    internal async Task<(OrderedDictionary<string, IReadOnlyList<string>> Splits, DatasetLoadOptions Options)> ObtainAsync(
        IReadOnlyList<SplitSlice>? slices)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var (source, plan) = await PlanAsync().ConfigureAwait(false);
        using (source)
        {
            if (slices?.FirstOrDefault(slice => !plan.Splits.ContainsKey(slice.Split)) is { } unknown)
                throw new DatasetException($"'{path}' has no split '{unknown.Split}'. Splits: {NameList.Of(plan.Splits.Keys)}."
                    + (plan.Configurations.Contains(unknown.Split)
                        ? $" '{unknown.Split}' is a configuration. Load it with LoadDataset(\"{path}\", name: \"{unknown.Split}\")." : ""));
            var wanted = plan.Splits.Where(split => slices is null || slices.Any(slice => slice.Split == split.Key)).ToArray();
            RequireComplete(plan, wanted.Select(split => split.Key));
            var local = await source.ObtainAsync([.. wanted.SelectMany(split => split.Value)], cancellationToken).ConfigureAwait(false);
            var (splits, start) = (new OrderedDictionary<string, IReadOnlyList<string>>(), 0);
            foreach (var (split, files) in wanted)
            {
                splits.Add(split, [.. local.Skip(start).Take(files.Count)]);
                start += files.Count;
            }
            return (splits, plan.Options);
        }
    }

    private async Task<(DataSource Source, DataFilePlan Plan)> PlanAsync()
    {
        if (File.Exists(path))
            return (new GivenFiles(path), OneFile());
        if (options.DataFiles is { } files && FileFormat.Names.Contains(path))
        {
            RequireNoRevision("format");
            RequireNoName();
            return (new GivenFiles(path), Given(options with { Format = path }, files, folder: options.DataDir ?? ""));
        }
        if (Directory.Exists(path))
        {
            RequireNoRevision("folder");
            if (DiskLayout.IsSaved(path))
                throw new DatasetException($"'{path}' was written by SaveToDisk. Load it with Datasets.LoadFromDisk(\"{path}\").");
            if (options.DataFiles is { } inFolder)
            {
                RequireNoName();
                return (new GivenFiles($"the folder '{path}'"), Given(options, inFolder, Path.Combine(path, options.DataDir ?? "")));
            }
            var folder = new FolderSource(path);
            return (folder, await DataFiles.PlanAsync(folder, options, cancellationToken).ConfigureAwait(false));
        }
        if (FileFormat.Names.Contains(path))
            throw new ArgumentException($"'{path}' is the name of a format, so the files must be named: "
                + $"LoadDataset(\"{path}\", dataFiles: [\"…\"]).", nameof(options));
        if (FileFormat.IsData(path) || !HubDataset.IsName(path))
            throw new FileNotFoundException($"There is no file or folder '{path}' (the full path is '{Path.GetFullPath(path)}'). "
                + $"'{path}' is not the name of a dataset on the Hugging Face Hub either"
                + $"{(FileFormat.IsData(path) ? ", because it has the extension of a file" : "")}. Pass the path of a file "
                + $"({FileFormat.Extensions}) or of a folder of such files, or a name such as 'stanfordnlp/imdb'.", path);
        return await RepositoryDataset.PlanAsync(path, options, cancellationToken).ConfigureAwait(false);
    }

    private DataFilePlan OneFile()
    {
        RequireNoRevision("file");
        foreach (var (name, isSet) in new[]
        {
            (nameof(DatasetLoadOptions.Name), options.Name is not null), (nameof(DatasetLoadOptions.DataDir), options.DataDir is not null),
            (nameof(DatasetLoadOptions.DataFiles), options.DataFiles is not null),
        })
            if (isSet)
                throw new ArgumentException($"DatasetLoadOptions.{name} is an option of folders and repositories, but '{path}' is a file. "
                    + "Remove the option.", name);
        return new DataFilePlan(new() { ["train"] = [path] }, options);
    }

    private void RequireNoRevision(string kind)
    {
        if (options.Revision is not null)
            throw new ArgumentException($"DatasetLoadOptions.Revision is '{options.Revision}', but '{path}' is a {kind}, which has no "
                + "revisions and has precedence over a dataset of that name. Remove the option"
                + (kind == "format" ? "." : $", or rename the {kind}."));
    }

    private void RequireNoName()
    {
        if (options.Name is not null)
            throw new ArgumentException($"DatasetLoadOptions.Name is '{options.Name}', but the files are named (DataFiles), so no "
                + "configuration is used. Remove one of the two options.", nameof(options.Name));
    }

    private static DataFilePlan Given(
        DatasetLoadOptions options, IReadOnlyDictionary<string, IReadOnlyList<string>> patterns, string folder) =>
        new(new(patterns.Select(split => KeyValuePair.Create(split.Key, (IReadOnlyList<string>)
            [.. split.Value.SelectMany(pattern => GivenFiles.Match(folder, pattern)).Distinct(StringComparer.Ordinal)]))), options);

    private void RequireComplete(DataFilePlan plan, IEnumerable<string> splits)
    {
        if (splits.FirstOrDefault(plan.Partial.ContainsKey) is { } partial)
            throw new DatasetException($"The Hub has converted only a part of the split '{partial}' of '{path}' to Parquet. To load that "
                + $"part, name its files: LoadDataset(\"{path}\", dataFiles: [\"{plan.Partial[partial]}\"], new() {{ Revision = "
                + $"\"{HubDataset.ConvertedBranch}\" }}).");
    }

    private DatasetDict Read(OrderedDictionary<string, IReadOnlyList<string>> splits, DatasetLoadOptions found)
    {
        var bytes = splits.Values.Sum(split => split.Sum(file => HubCache.LengthOf(file) ?? 0));
        var reading = found with { Reading = new FileReading(bytes, progress, cancellationToken) };
        return new DatasetDict(splits.Select(
            split => KeyValuePair.Create(split.Key, SplitReader.Read(split.Key, split.Value, reading))));
    }
}
