namespace PeftSharp.Data;

/// <content>Saved datasets.</content>
public static partial class Datasets
{
    /// <summary>
    /// Loads a dataset or the splits of a dataset from a folder that <c>SaveToDisk</c> or Python's <c>save_to_disk</c> wrote
    /// (<c>load_from_disk</c>). A single dataset becomes the split whose name is recorded in the folder, or "train" if no name is recorded.
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

    /// <summary>
    /// Deletes the results of <c>Map</c> and <c>Tokenize</c> that are stored in a folder (<c>cleanup_cache_files</c>). On Windows, results
    /// that a process uses are not deleted.
    /// </summary>
    /// <param name="folder">
    /// The folder of the <see cref="MapCache"/>. Other files and folders in this folder are not deleted, except temporary ones that an
    /// interrupted process of this library has left.
    /// </param>
    /// <param name="unusedFor">
    /// Only results that have not been used for this time are deleted. Default null: all results are deleted.
    /// </param>
    /// <returns>The number of deleted results; 0 if there is no such folder.</returns>
    public static int CleanupCacheFiles(string folder, TimeSpan? unusedFor = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        return MapCacheEntry.Delete(folder, unusedFor);
    }

    /// <summary>Loads a dataset or the splits of a dataset on the thread pool; see <see cref="LoadFromDisk"/>.</summary>
    /// <inheritdoc cref="Dataset.LoadFromDiskAsync"/>
    public static Task<DatasetDict> LoadFromDiskAsync(
        string folder, bool keepInMemory = false, CancellationToken cancellationToken = default) =>
        Task.Run(() => LoadFromDisk(folder, keepInMemory), cancellationToken);
}
