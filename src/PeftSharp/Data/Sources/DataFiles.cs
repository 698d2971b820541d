namespace PeftSharp.Data;

/// <summary>Determines the files of each split of a folder or repository, as <c>datasets</c> does.</summary>
internal static class DataFiles
{
    /// <summary>Files with metadata.</summary>
    private static readonly string[] Ignored =
        ["README.md", "config.json", "dataset_info.json", "dataset_infos.json", "dummy_data.zip", "dataset_dict.json", "state.json"];

    /// <exception cref="DatasetException">
    /// There is no supported file, the splits have different formats, a configuration must be chosen or does not exist, or the card is
    /// malformed.
    /// </exception>
    internal static async Task<DataFilePlan> PlanAsync(
        DataSource source, DatasetLoadOptions options, CancellationToken cancellationToken)
    {
        if (options.DataFiles is { } chosen)
            return Plan(source, chosen, null, options);
        var card = DatasetCard.Read(
            await source.ReadTextAsync(DatasetCard.FileName, cancellationToken).ConfigureAwait(false), source.Description);
        var configuration = Choose(card, options.Name, source);
        if (options.DataDir is null && configuration is { DataFiles: { } patterns })
            return Plan(source, patterns, configuration, options, card);
        var folder = Folder(options.DataDir ?? configuration?.DataDir);
        var files = Candidates(source, options.Format).Where(file => file.StartsWith(folder, StringComparison.Ordinal))
            .Select(file => file[folder.Length..]).ToArray();
        var splits = Prefix(SplitPatterns.Divide(files), folder);
        return Finish(source, splits, configuration, options, card, options.DataDir ?? configuration?.DataDir);
    }

    /// <summary>Returns the configuration of the card. Null: the card has none.</summary>
    private static CardConfiguration? Choose(DatasetCard card, string? name, DataSource source)
    {
        var all = card.Configurations;
        if (name is null)
            return all.Count == 0 ? null : CardConfiguration.Default(all) ?? throw DatasetConfigurations.MustChoose(
                source.Description, [.. all.Select(config => config.Name)]);
        return all.FirstOrDefault(config => config.Name == name) ?? (all.Count == 0 && name == CardConfiguration.DefaultName
            ? null
            : throw DatasetConfigurations.Unknown(source.Description, name, all.Count == 0
                ? [CardConfiguration.DefaultName] : [.. all.Select(config => config.Name)]));
    }

    private static DataFilePlan Plan(DataSource source, IReadOnlyDictionary<string, IReadOnlyList<string>> patterns,
        CardConfiguration? configuration, DatasetLoadOptions options, DatasetCard? card = null)
    {
        var folder = Folder(configuration is null ? options.DataDir : configuration.DataDir);
        var splits = new OrderedDictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal);
        foreach (var (split, parts) in patterns)
            splits.Add(split, [.. parts.SelectMany(part => Match(source, folder, part, split, options)).Distinct(StringComparer.Ordinal)]);
        return Finish(source, splits, configuration, options, card, null);
    }

    /// <summary>
    /// Returns the files that match a pattern. As in Python, a pattern with wildcards may match no file, but a split must have at least one
    /// file.
    /// </summary>
    private static string[] Match(
        DataSource source, string folder, string pattern, string split, DatasetLoadOptions options)
    {
        if (pattern.Contains("://", StringComparison.Ordinal))
            throw new DatasetException($"The split '{split}' of {source.Description} refers to '{pattern}'. Only files in the same folder "
                + "or repository are loaded. Download that file, and load it with LoadDataset.");
        var found = new FilePattern(folder + pattern.TrimStart('/')).Select(source)
            .Where(file => options.Format is not null || FileFormat.IsData(file)).ToArray();
        return found.Length > 0 || FilePattern.HasWildcards(pattern) ? found : throw new DatasetException(
            $"The split '{split}' of {source.Description} has the file '{pattern}', which does not exist or has no supported extension "
            + $"({FileFormat.Extensions}).");
    }

    private static DataFilePlan Finish(DataSource source, OrderedDictionary<string, IReadOnlyList<string>> splits,
        CardConfiguration? configuration, DatasetLoadOptions options, DatasetCard? card, string? folder)
    {
        if (splits.Count == 0)
            throw new DatasetException($"{Capital(source.Description)} contains no supported "
                + $"{(options.Format is null ? "" : $"{options.Format} ")}file{(folder is null ? "" : $" in its folder '{folder}'")}. "
                + $"Supported extensions: {FileFormat.Extensions}.");
        var format = options.Format ?? FormatChoice.Of(splits, source.Description);
        var kept = new OrderedDictionary<string, IReadOnlyList<string>>(splits.Select(split => KeyValuePair.Create(split.Key,
            options.Format is not null ? split.Value
                : [.. split.Value.Where(format == FormatChoice.Archive ? FileFormat.IsArchive : file => FileFormat.Of(file) == format)])));
        if (kept.FirstOrDefault(split => split.Value.Count == 0) is { Key: { } empty })
            throw new DatasetException($"The split '{empty}' of {source.Description} has no "
                + $"{(format == FormatChoice.Archive ? format : $"{format} files")}: no file matches its patterns.");
        options = options with
        {
            Format = format == FormatChoice.Archive ? null : format,         // the members of the archives determine the format
            DeclaredFeatures = configuration?.Features ?? card?.Features(configuration?.Name) ?? options.DeclaredFeatures,
        };
        return new DataFilePlan(kept, configuration is null ? options : CardOptions.Apply(configuration, options))
        {
            Configurations = [.. card?.Configurations.Select(known => known.Name) ?? []],
        };
    }

    /// <summary>The data files, without metadata.</summary>
    private static IEnumerable<string> Candidates(DataSource source, string? format) => source.List()
        .Where(file => !Ignored.Contains(Path.GetFileName(file)))
        .Where(file => format is null ? FileFormat.IsData(file) : FileFormat.Of(file) == format);

    /// <summary>The folder as the start of the names of its files: "" or "a/b/".</summary>
    private static string Folder(string? folder)
    {
        var parts = (folder ?? "").Split(['/', '\\'], StringSplitOptions.RemoveEmptyEntries).Where(part => part != ".").ToArray();
        if (parts.Contains("..") || Path.IsPathRooted(folder))
            throw new DatasetException($"The folder '{folder}' (DatasetLoadOptions.DataDir, or data_dir of the dataset card) must be a "
                + "folder of the dataset, relative to its root.");
        return parts.Length == 0 ? "" : string.Join('/', parts) + "/";
    }

    private static OrderedDictionary<string, IReadOnlyList<string>> Prefix(
        OrderedDictionary<string, IReadOnlyList<string>> splits, string folder) => new(splits.Select(split =>
            KeyValuePair.Create(split.Key, (IReadOnlyList<string>)[.. split.Value.Select(file => folder + file)])), StringComparer.Ordinal);

    private static string Capital(string text) => char.ToUpperInvariant(text[0]) + text[1..];
}
