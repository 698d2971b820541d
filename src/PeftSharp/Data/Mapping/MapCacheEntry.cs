using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using PeftSharp.Internal;

namespace PeftSharp.Data;

/// <summary>A stored result of <c>Map</c>: the folder of a saved dataset, with a file that describes what the result depends on.</summary>
internal sealed class MapCacheEntry
{
    private const string Description = "map.json";
    private const int MaxNameLength = 40;

    /// <summary>Must be increased when a new version of the library computes or stores results differently.</summary>
    private const int Version = 2;

    private readonly JsonObject _description;
    private readonly string _hash;
    private readonly string _folder;

    /// <param name="cache">The folder and the key.</param>
    /// <param name="data">The fingerprint of the columns that the function can read.</param>
    /// <param name="arguments">The arguments of <c>Map</c> that change the result.</param>
    internal MapCacheEntry(MapCache cache, string data, string arguments)
    {
        _description = new JsonObject
        {
            ["version"] = Version, ["key"] = cache.Key, ["arguments"] = arguments, ["function_arguments"] = cache.Arguments,
            ["data"] = data,
        };
        _hash = Convert.ToHexStringLower(
            SHA256.HashData(Encoding.UTF8.GetBytes(PythonJson.Dumps(_description, indent: null, sortKeys: false))));
        _folder = Path.Combine(cache.Folder, $"{FolderName(cache.Key)}-{_hash[..16]}");
    }

    /// <summary>Returns the columns of the stored result, or computes and stores it.</summary>
    /// <param name="write">
    /// Writes the files of a saved dataset to the folder that it receives, and returns the number of rows and the hashes of data files.
    /// </param>
    /// <exception cref="IOException">The folder cannot be written, or the disk is full.</exception>
    internal OrderedDictionary<string, Column> GetOrCreate(Func<string, (int Rows, IReadOnlyDictionary<string, string> Hashes)> write)
    {
        if (TryLoad() is { } stored)
            return stored;
        try
        {
            AtomicFolder.Write(_folder, folder =>
            {
                var (rows, hashes) = write(folder);
                var description = (JsonObject)_description.DeepClone();
                description["rows"] = rows;
                description["hash"] = _hash;
                description["files"] = StoredFiles.Describe(folder, hashes);
                AtomicFile.WriteText(Path.Combine(folder, Description), PythonJson.Dumps(description, sortKeys: false));
            });
        }
        // Another process stored the result at the same time, and uses its files (Windows).
        catch (IOException) when (TryLoad() is not null) { }
        return TryLoad() ?? throw new DatasetException($"The stored result '{_folder}' cannot be read after it was written. "
            + "Another process may have deleted it.");
    }

    /// <summary>
    /// Deletes the results in a folder, except recently used results. Results that cannot be deleted are skipped.
    /// </summary>
    /// <param name="folder">The folder of the results.</param>
    /// <param name="unusedFor">Only results that have not been used for this time are deleted. Null: all results are deleted.</param>
    /// <returns>The number of deleted results.</returns>
    internal static int Delete(string folder, TimeSpan? unusedFor)
    {
        if (!Directory.Exists(folder))
            return 0;
        AtomicFolder.RemoveAbandoned(folder);
        var deleted = 0;
        foreach (var entry in Directory.GetDirectories(folder))
        {
            var description = Path.Combine(entry, Description);
            if (!File.Exists(description) || !DiskLayout.IsDataset(entry)
                || (unusedFor is { } age && DateTime.UtcNow - File.GetLastWriteTimeUtc(description) < age))
                continue;
            // The folder is renamed before it is deleted, so that a partly deleted result cannot be loaded.
            var temporary = TemporaryEntry.NameFor(entry);
            using var inUse = TemporaryEntry.Lock(temporary);
            try
            {
                Directory.Move(entry, temporary);
                Directory.Delete(temporary, recursive: true);
                deleted++;
            }
            // The result is mapped by a process (Windows), or was deleted by another process.
            catch (Exception error) when (error is IOException or UnauthorizedAccessException) { }
        }
        return deleted;
    }

    /// <remarks>A changed or damaged result is computed again.</remarks>
    private OrderedDictionary<string, Column>? TryLoad()
    {
        var file = Path.Combine(_folder, Description);
        try
        {
            if (!File.Exists(file))
                return null;
            using var json = JsonDocument.Parse(File.ReadAllBytes(file));
            if (json.RootElement.GetProperty("hash").GetString() != _hash
                || !StoredFiles.AreUnchanged(_folder, json.RootElement.GetProperty("files")))
                return null;
            var (dataset, _) = DiskFolder.Load(_folder, keepInMemory: false);
            if (dataset.Count != json.RootElement.GetProperty("rows").GetInt32())
                return null;
            MarkAsUsed(file);
            return new(dataset.ColumnNames.Select(name => KeyValuePair.Create(name, dataset[name])), StringComparer.Ordinal);
        }
        catch (Exception error) when (error is DatasetException or JsonException or KeyNotFoundException or InvalidOperationException
            or FormatException or IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Records the time of use for <see cref="Delete"/>. Errors are ignored, so that a read-only folder can be used.</summary>
    private static void MarkAsUsed(string file)
    {
        try
        {
            File.SetLastWriteTimeUtc(file, DateTime.UtcNow);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException) { }
    }

    /// <summary>The letters and digits of the key, so that a person recognizes the folder.</summary>
    private static string FolderName(string key)
    {
        var name = string.Concat(key.Select(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' ? c : ' '));
        var words = string.Join('-', name.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        return words.Length == 0 ? "map" : words[..Math.Min(words.Length, MaxNameLength)];
    }
}
