namespace PeftSharp.Data;

/// <content>Saved datasets.</content>
public static partial class Datasets
{
    /// <summary>
    /// Loads what <c>SaveToDisk</c> or Python's <c>save_to_disk</c> wrote to a folder, a dataset or its splits (<c>load_from_disk</c>). A
    /// single dataset is the split that is recorded in the folder, or "train", as a single file of
    /// <see cref="LoadDataset(string, DatasetLoadOptions?, string?, IProgress{DatasetLoadProgress}?, CancellationToken)"/> is.
    /// </summary>
    /// <inheritdoc cref="Dataset.LoadFromDisk"/>
    public static DatasetDict LoadFromDisk(string folder, bool keepInMemory = false)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        Internal.AtomicFolder.Recover(folder);
        if (!DiskLayout.IsDataset(folder))
            return DatasetDict.LoadFromDisk(folder, keepInMemory);
        var (dataset, split) = DiskFolder.Load(folder, keepInMemory);
        return new DatasetDict { [split ?? "train"] = dataset };
    }

    /// <summary>Loads on the thread pool; see <see cref="LoadFromDisk"/>.</summary>
    /// <inheritdoc cref="Dataset.LoadFromDiskAsync"/>
    public static Task<DatasetDict> LoadFromDiskAsync(
        string folder, bool keepInMemory = false, CancellationToken cancellationToken = default) =>
        Task.Run(() => LoadFromDisk(folder, keepInMemory), cancellationToken);
}
