using System.Text.Json.Nodes;
using PeftSharp.Internal;

namespace PeftSharp.Data;

/// <content>Saving to a folder and loading from it.</content>
public sealed partial class DatasetDict
{
    /// <summary>
    /// Saves the splits to the subfolders of a folder, in the layout of Python's <c>datasets</c> (<c>save_to_disk</c>). All splits are
    /// saved together: if the call is interrupted, none of them is saved.
    /// </summary>
    /// <inheritdoc cref="Dataset.SaveToDisk"/>
    /// <param name="folder">The folder; created if it does not exist.</param>
    /// <param name="maxShardSize">The approximate maximum size of a file, such as <c>"500MB"</c> (the default) or <c>"2GB"</c>.</param>
    /// <param name="numShards">
    /// The number of files, by split. A split without a number gets as many files as the default maximum size requires. Null: all splits
    /// get as many files as <paramref name="maxShardSize"/> requires.
    /// </param>
    /// <param name="progress">Receives a report after every 1,000 rows of a split. Default null.</param>
    /// <param name="cancellationToken">Checked before every 1,000 rows.</param>
    /// <exception cref="DatasetException">
    /// The name of a split cannot be the name of a folder, <paramref name="numShards"/> contains a split that the dictionary does not have,
    /// the folder contains other files, a split is read from files in the folder, or a value cannot be stored.
    /// </exception>
    public void SaveToDisk(
        string folder, string? maxShardSize = null, IReadOnlyDictionary<string, int>? numShards = null,
        IProgress<MapProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        if (maxShardSize is not null && numShards is not null)
            throw new ArgumentException("Both maxShardSize and numShards are given. Pass one of them.", nameof(numShards));
        foreach (var (split, number) in numShards ?? new Dictionary<string, int>())
        {
            _ = this[split];
            ArgumentOutOfRangeException.ThrowIfLessThan(number, 1, nameof(numShards));
        }
        var bytes = ByteSize.Parse(maxShardSize ?? Dataset.DefaultShardSize, nameof(maxShardSize));
        foreach (var split in Keys)
            DiskFolder.RequireName(split);
        DiskFolder.RequireReplaceable(folder, Values);
        AtomicFolder.Write(folder, temporary =>
        {
            foreach (var (split, dataset) in _splits)
            {
                int? number = numShards is not null && numShards.TryGetValue(split, out var given) ? given : null;
                dataset.Save(Directory.CreateDirectory(Path.Combine(temporary, split)).FullName, number is null ? bytes : long.MaxValue,
                    number, split, progress, cancellationToken);
            }
            var splits = new JsonObject { ["splits"] = new JsonArray([.. Keys.Select(split => JsonValue.Create(split))]) };
            AtomicFile.WriteText(Path.Combine(temporary, DiskLayout.Splits), PythonJson.Dumps(splits, indent: null));
        });
    }

    /// <summary>Saves the splits on the thread pool; see <see cref="SaveToDisk"/>.</summary>
    /// <inheritdoc cref="SaveToDisk"/>
    public Task SaveToDiskAsync(
        string folder, string? maxShardSize = null, IReadOnlyDictionary<string, int>? numShards = null,
        IProgress<MapProgress>? progress = null, CancellationToken cancellationToken = default) =>
        Task.Run(() => SaveToDisk(folder, maxShardSize, numShards, progress, cancellationToken), cancellationToken);

    /// <summary>
    /// Loads the splits from a folder that <see cref="SaveToDisk"/> or Python's <c>save_to_disk</c> wrote (<c>load_from_disk</c>); see
    /// <see cref="Dataset.LoadFromDisk"/>.
    /// </summary>
    /// <inheritdoc cref="Dataset.LoadFromDisk"/>
    public static DatasetDict LoadFromDisk(string folder, bool keepInMemory = false)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        return new DatasetDict(DiskFolder.RequireSplits(folder).Select(split =>
            KeyValuePair.Create(split, Dataset.LoadFromDisk(Path.Combine(folder, split), keepInMemory))));
    }

    /// <summary>Loads the splits on the thread pool; see <see cref="LoadFromDisk"/>.</summary>
    /// <inheritdoc cref="Dataset.LoadFromDiskAsync"/>
    public static Task<DatasetDict> LoadFromDiskAsync(
        string folder, bool keepInMemory = false, CancellationToken cancellationToken = default) =>
        Task.Run(() => LoadFromDisk(folder, keepInMemory), cancellationToken);
}
