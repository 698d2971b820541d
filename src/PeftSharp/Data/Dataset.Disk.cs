using PeftSharp.Internal;

namespace PeftSharp.Data;

/// <content>Saving to a folder and loading from it.</content>
public sealed partial class Dataset
{
    internal const string DefaultShardSize = "500MB";
    private const int RowsPerWrite = 1000;

    /// <summary>
    /// Saves the dataset to a folder in the layout of Python's <c>datasets</c> (<c>save_to_disk</c>): Arrow files, the types of the columns
    /// and the format. <see cref="LoadFromDisk"/> and Python's <c>load_from_disk</c> load it.
    /// </summary>
    /// <remarks>
    /// The folder is written under a temporary name and renamed when it is complete, so an interrupted call leaves no incomplete dataset. A
    /// saved dataset in the folder is replaced. To load a dataset with lists, Python needs version 4 or later of <c>datasets</c>.
    /// </remarks>
    /// <param name="folder">The folder; created if it does not exist.</param>
    /// <param name="maxShardSize">
    /// The approximate maximum size of a file, such as <c>"500MB"</c> (the default) or <c>"2GB"</c>.
    /// </param>
    /// <param name="numShards">
    /// The number of files, each with about the same number of rows. Null: as many files as <paramref name="maxShardSize"/> requires.
    /// </param>
    /// <param name="progress">Receives a report after every 1,000 rows. Default null.</param>
    /// <param name="cancellationToken">Checked before every 1,000 rows.</param>
    /// <exception cref="ArgumentException">
    /// Both <paramref name="maxShardSize"/> and <paramref name="numShards"/> are given, or the size is not valid.
    /// </exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="numShards"/> is less than 1.</exception>
    /// <exception cref="DatasetException">
    /// The folder contains other files, the dataset is read from files in the folder, or a value cannot be stored.
    /// </exception>
    /// <exception cref="IOException">The folder cannot be written, or the disk is full.</exception>
    /// <exception cref="OperationCanceledException">The operation was cancelled.</exception>
    public void SaveToDisk(
        string folder, string? maxShardSize = null, int? numShards = null, IProgress<MapProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        if (maxShardSize is not null && numShards is not null)
            throw new ArgumentException("Both maxShardSize and numShards are given. Pass one of them.", nameof(numShards));
        if (numShards is { } number)
            ArgumentOutOfRangeException.ThrowIfLessThan(number, 1, nameof(numShards));
        var bytes = ByteSize.Parse(maxShardSize ?? DefaultShardSize, nameof(maxShardSize));
        DiskFolder.RequireReplaceable(folder, [this]);
        AtomicFolder.Write(folder, temporary => Save(
            temporary, numShards is null ? bytes : long.MaxValue, numShards, split: null, progress, cancellationToken));
    }

    /// <summary>Saves the dataset on the thread pool; see <see cref="SaveToDisk"/>.</summary>
    /// <inheritdoc cref="SaveToDisk"/>
    public Task SaveToDiskAsync(
        string folder, string? maxShardSize = null, int? numShards = null, IProgress<MapProgress>? progress = null,
        CancellationToken cancellationToken = default) =>
        Task.Run(() => SaveToDisk(folder, maxShardSize, numShards, progress, cancellationToken), cancellationToken);

    /// <summary>
    /// Loads a dataset from a folder that <see cref="SaveToDisk"/> or Python's <c>save_to_disk</c> wrote (<c>load_from_disk</c>). The
    /// columns are read from the files when they are used, so the dataset may be larger than the memory.
    /// </summary>
    /// <remarks>
    /// The files are mapped into memory and closed. They remain mapped as long as a dataset, a column or a row uses them. Afterwards, the
    /// garbage collector unmaps them. On Windows, mapped files cannot be deleted or replaced. Do not shorten a mapped file: the
    /// operating system ends the process that reads it.
    /// </remarks>
    /// <param name="folder">The folder.</param>
    /// <param name="keepInMemory">Whether the files are copied to memory, so that they can be changed or deleted. Default false.</param>
    /// <exception cref="FileNotFoundException">There is no such folder.</exception>
    /// <exception cref="DatasetException">
    /// The folder does not contain a saved dataset, or a file is incomplete, damaged, or has too many rows.
    /// </exception>
    public static Dataset LoadFromDisk(string folder, bool keepInMemory = false)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        DiskFolder.RequireDataset(folder);
        return DiskFolder.Load(folder, keepInMemory).Dataset;
    }

    /// <summary>Loads a dataset on the thread pool; see <see cref="LoadFromDisk"/>.</summary>
    /// <inheritdoc cref="LoadFromDisk"/>
    /// <param name="folder">The folder.</param>
    /// <param name="keepInMemory">Whether the files are copied to memory, so that they can be changed or deleted. Default false.</param>
    /// <param name="cancellationToken">Checked before the dataset is loaded.</param>
    /// <exception cref="OperationCanceledException">The operation was cancelled.</exception>
    public static Task<Dataset> LoadFromDiskAsync(
        string folder, bool keepInMemory = false, CancellationToken cancellationToken = default) =>
        Task.Run(() => LoadFromDisk(folder, keepInMemory), cancellationToken);

    /// <summary>Writes the files of a saved dataset to an existing folder.</summary>
    internal void Save(
        string folder, long maxShardBytes, int? numShards, string? split, IProgress<MapProgress>? progress,
        CancellationToken cancellationToken)
    {
        using var writer = new DatasetWriter(folder, maxShardBytes);
        writer.Declare(Features);
        for (var shard = 0; shard < (numShards ?? 1); shard++)
        {
            var part = numShards is { } number ? Shard(number, shard) : this;
            var done = progress is null ? 0 : Enumerable.Range(0, shard).Sum(before => Shard(numShards ?? 1, before).Count);
            for (var row = 0; row < part.Count; row += RowsPerWrite)
            {
                cancellationToken.ThrowIfCancellationRequested();
                var count = Math.Min(RowsPerWrite, part.Count - row);
                writer.Append(part._columns.All, row, count);
                progress?.Report(new MapProgress(done + row + count, Count));
            }
            writer.EndShard();
        }
        writer.Complete(Format, split);
    }

    /// <summary>The mapped files that the columns use.</summary>
    internal IEnumerable<MappedDataFile> Files => _columns.All.SelectMany(column => column.Data.Files).Distinct();
}
