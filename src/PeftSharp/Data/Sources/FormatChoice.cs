namespace PeftSharp.Data;

/// <summary>Determines the format of the files of a dataset.</summary>
/// <remarks>
/// As in <c>datasets</c>, the format of a split is the format of most of its files. If several formats have the same number of files, the
/// first of Parquet, JSON, CSV, text and Arrow is used. All splits must have the same format.
/// </remarks>
internal static class FormatChoice
{
    /// <summary>The format of zip archives that contain files of any format.</summary>
    internal const string Archive = "zip archives";

    /// <exception cref="DatasetException">
    /// A split has no files, its files cannot be read by this library, or the splits have different formats.
    /// </exception>
    internal static string Of(OrderedDictionary<string, IReadOnlyList<string>> splits, string description)
    {
        var formats = splits.Select(split => (Split: split.Key, Format: Of(split.Key, split.Value, description))).ToArray();
        if (formats.FirstOrDefault(other => other.Format != formats[0].Format) is { Split: { } split, Format: var format })
            throw new DatasetException($"The splits of {description} have different formats: the files of '{formats[0].Split}' are read as "
                + $"{formats[0].Format}, and the files of '{split}' as {format}. Set DatasetLoadOptions.Format, or name the files of each "
                + "split (dataFiles).");
        return formats[0].Format;
    }

    private static string Of(string split, IReadOnlyList<string> files, string description)
    {
        var most = files.GroupBy(file => FileFormat.Of(file) ?? (FileFormat.IsArchive(file) ? Archive : FileFormat.OtherKind(file) ?? ""))
            .OrderByDescending(group => group.Count())
            .ThenBy(group => FileFormat.Names.ToList().IndexOf(group.Key) is >= 0 and var index ? index : int.MaxValue)
            .FirstOrDefault() ?? throw new DatasetException($"The split '{split}' of {description} has no files: no file matches its "
                + $"patterns and has a supported extension ({FileFormat.Extensions}).");
        if (most.Key == Archive)
            return Archive;
        return FileFormat.Of(most.First()) ?? throw new DatasetException($"Most files of the split '{split}' of {description} are "
            + $"{most.Key} ('{most.First()}'), which LoadDataset does not read. Supported extensions: {FileFormat.Extensions}. "
            + $"To read only files of one format, set DatasetLoadOptions.Format.{(most.Key == "images"
                ? " PeftSharp.Vision reads folders of images (ImageFolder)." : "")}");
    }
}
