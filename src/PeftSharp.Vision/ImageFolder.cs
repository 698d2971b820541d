using PeftSharp.Data;

namespace PeftSharp.Vision;

/// <summary>Loads folders of images as datasets (the <c>imagefolder</c> loader of Python's <c>datasets</c>).</summary>
/// <remarks>
/// The column <c>image</c> contains the path of each file. <see cref="ImageCollator"/> reads the file when it creates the batch, so the
/// images are not kept in memory.
/// </remarks>
public static class ImageFolder
{
    /// <summary>The name of the column with the paths.</summary>
    public const string ImageColumn = "image";

    private const string LabelColumn = "label", FileNameColumn = "file_name", MetadataFile = "metadata.csv", Training = "train";

    private static readonly string[]
        _read = [".png", ".jpg", ".jpeg", ".bmp"],
        _refused = [".gif", ".webp", ".tif", ".tiff", ".heic", ".avif", ".jp2"];

    private static readonly Dictionary<string, string> _splits = new(StringComparer.OrdinalIgnoreCase)
    {
        ["train"] = Training, ["training"] = Training, ["validation"] = "validation", ["valid"] = "validation", ["val"] = "validation",
        ["dev"] = "validation", ["test"] = "test", ["testing"] = "test", ["eval"] = "test", ["evaluation"] = "test",
    };

    /// <summary>Loads all splits of a folder.</summary>
    /// <param name="folder">
    /// A folder with a subfolder for each split (<c>train</c>, <c>validation</c>, <c>test</c>, or another usual name, such as <c>val</c>
    /// for <c>validation</c>), or the folder of one split; this split is named <c>train</c>. The folder of a split contains a subfolder
    /// with images for each class; or images and <c>metadata.csv</c>, whose column <c>file_name</c> contains the path of each image
    /// relative to the folder.
    /// </param>
    /// <returns>
    /// The splits. The column <c>image</c> contains the paths. With <c>metadata.csv</c>, the rows and the other columns are read from
    /// that file, without the column <c>file_name</c>. Otherwise, the rows are sorted by path, and if there are several classes, the column
    /// <c>label</c> contains the class (<see cref="ClassLabel"/>).
    /// </returns>
    /// <exception cref="FileNotFoundException">The folder does not exist.</exception>
    /// <exception cref="DatasetException">
    /// Two subfolders are the same split, such as <c>val</c> and <c>dev</c>; the folder has no images; it has images of a format that is
    /// not supported; <c>metadata.csv</c> is malformed or has no column <c>file_name</c>; or <c>metadata.csv</c> names a file that does not
    /// exist or is outside of the folder.
    /// </exception>
    public static DatasetDict LoadDataset(string folder)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        if (!Directory.Exists(folder))
            throw new FileNotFoundException(
                $"The folder '{folder}' does not exist (the full path is '{Path.GetFullPath(folder)}').", folder);
        var splits = Directory.GetDirectories(folder).Order(StringComparer.Ordinal)
            .Where(split => _splits.ContainsKey(Path.GetFileName(split))).ToArray();
        if (splits.Select(split => Path.GetFileName(split)).GroupBy(name => _splits[name]).FirstOrDefault(names => names.Count() > 1)
            is { } same)
            throw new DatasetException($"'{folder}' has several folders for the split '{same.Key}': {string.Join(", ", same)}. "
                + "Move the images to one of them.");
        return splits.Length == 0
            ? new DatasetDict { [Training] = Split(folder) }
            : new DatasetDict(splits.Select(split => KeyValuePair.Create(_splits[Path.GetFileName(split)], Split(split))));
    }

    /// <summary>Loads one split of a folder of images.</summary>
    /// <param name="folder">
    /// A folder with a subfolder for each split, or the folder of one split; this split is named <c>train</c>.
    /// </param>
    /// <param name="split">The name of the split.</param>
    /// <exception cref="FileNotFoundException">The folder does not exist.</exception>
    /// <exception cref="DatasetException">
    /// There is no such split, two subfolders are the same split, the folder has no images, it has images of a format that is not
    /// supported, or <c>metadata.csv</c> is invalid.
    /// </exception>
    public static Dataset LoadDataset(string folder, string split) => LoadDataset(folder)[split];

    private static Dataset Split(string folder)
    {
        var metadata = Path.Combine(folder, MetadataFile);
        if (File.Exists(metadata)) return WithMetadata(folder, metadata);
        var files = Directory.GetFiles(folder, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal).ToArray();
        if (Array.Find(files, file => _refused.Contains(Extension(file))) is { } other)
            throw new DatasetException($"'{other}' has a format that is not supported. Convert the images to PNG or JPEG, or remove them.");
        var images = files.Where(file => _read.Contains(Extension(file))).ToArray();
        if (images.Length == 0)
            throw new DatasetException($"'{folder}' contains no images ({string.Join(", ", _read)}). "
                + "Put the images of each class into a subfolder with the name of the class.");
        var classes = images.Select(ClassOf).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToArray();
        if (classes.Length == 1) return Dataset.FromDict((ImageColumn, images));
        var labels = images.Select(image => (long)Array.IndexOf(classes, ClassOf(image))).ToArray();
        return Dataset.FromDict((ImageColumn, images), (LabelColumn, labels)).CastColumn(LabelColumn, new ClassLabel(classes));
    }

    private static Dataset WithMetadata(string folder, string metadata)
    {
        var table = Datasets.LoadDataset(metadata)[Training];
        if (!table.ColumnNames.Contains(FileNameColumn))
            throw new DatasetException($"'{metadata}' has no column '{FileNameColumn}'. Its columns are "
                + $"{string.Join(", ", table.ColumnNames)}.");
        var root = Path.GetFullPath(folder) + Path.DirectorySeparatorChar;
        string[] images = [.. table.Select(row => InFolder(row.GetString(FileNameColumn)))];
        if (Array.Find(images, image => !File.Exists(image)) is { } missing)
            throw new DatasetException(
                $"'{metadata}' names '{Path.GetRelativePath(folder, missing)}', which does not exist in '{folder}'.");
        return table.RemoveColumns(FileNameColumn).AddColumn(ImageColumn, images);

        string InFolder(string name) => !name.Contains('\0', StringComparison.Ordinal) && Path.Combine(folder, name) is var path
            && Path.GetFullPath(path).StartsWith(root, StringComparison.Ordinal) ? path
            : throw new DatasetException($"'{metadata}' names '{name}', which is not a path in '{folder}'.");
    }

    private static string Extension(string file) => Path.GetExtension(file).ToLowerInvariant();

    private static string ClassOf(string file) => Path.GetFileName(Path.GetDirectoryName(file)!);
}
