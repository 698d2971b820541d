using System.Text;
using PeftSharp.Internal;
using static TorchSharp.torch;

namespace PeftSharp.Serialization;

/// <summary>
/// Saves a checkpoint: splits the tensors, writes temporary files, renames them, and deletes the remaining files of an earlier save.
/// </summary>
internal sealed class ShardedSave(string folder, string fileName, IReadOnlyDictionary<string, string> metadata)
{
    internal void Write(IReadOnlyList<KeyValuePair<string, Tensor>> tensors, long maxShardBytes)
    {
        var whole = new SafetensorsWriter(tensors, metadata);   // validates all tensors before a file is written
        var shards = Split(tensors, maxShardBytes);
        FolderAccess.Create(folder);
        using var staged = new StagedFiles();
        var written = new HashSet<string>(StringComparer.Ordinal);
        if (shards.Count <= 1)
        {
            Stage(staged, written, fileName, whole.WriteTo);
        }
        else
        {
            var fileOf = new Dictionary<string, string>(StringComparer.Ordinal);
            for (var i = 0; i < shards.Count; i++)
            {
                var name = ShardIndex.ShardName(fileName, i + 1, shards.Count);
                Stage(staged, written, name, new SafetensorsWriter(shards[i], metadata).WriteTo);
                foreach (var (tensor, _) in shards[i])
                    fileOf.Add(tensor, name);
            }
            var index = ShardIndex.Make(
                fileOf, tensors.Sum(pair => SafetensorsWriter.LengthOf(pair.Value)), tensors.Sum(pair => pair.Value.numel()));
            var text = Encoding.UTF8.GetBytes(PythonJson.Dumps(index) + "\n");
            Stage(staged, written, ShardIndex.NameFor(fileName), stream => stream.Write(text));
        }
        // If the process ends during the renames, the folder contains old and new shards; the old index must not refer to them.
        if (written.Count > 1 && written.Any(name => ShardIndex.IsShard(fileName, name) && File.Exists(InFolder(name))))
            File.Delete(InFolder(ShardIndex.NameFor(fileName)));
        staged.Commit();
        RemoveOlder(written);
    }

    /// <summary>Splits the tensors in the given order. A shard ends before the tensor that would make it too large; a tensor larger than
    /// the maximum gets its own shard.</summary>
    private static List<List<KeyValuePair<string, Tensor>>> Split(IReadOnlyList<KeyValuePair<string, Tensor>> tensors, long maxShardBytes)
    {
        var shards = new List<List<KeyValuePair<string, Tensor>>>();
        var current = new List<KeyValuePair<string, Tensor>>();
        var size = 0L;
        foreach (var pair in tensors)
        {
            var bytes = SafetensorsWriter.LengthOf(pair.Value);
            if (bytes > maxShardBytes)
            {
                shards.Add([pair]);
                continue;
            }
            if (size + bytes > maxShardBytes)
            {
                shards.Add(current);
                (current, size) = ([], 0);
            }
            current.Add(pair);
            size += bytes;
        }
        if (current.Count > 0)
            shards.Add(current);
        return shards;
    }

    private void Stage(StagedFiles staged, HashSet<string> written, string name, Action<Stream> write)
    {
        staged.Write(InFolder(name), write);
        written.Add(name);
    }

    private void RemoveOlder(HashSet<string> written)
    {
        foreach (var name in Directory.EnumerateFiles(folder).Select(path => Path.GetFileName(path)).ToList())
        {
            var ours = name == fileName || name == ShardIndex.NameFor(fileName) || ShardIndex.IsShard(fileName, name);
            if (ours && !written.Contains(name))
                File.Delete(InFolder(name));
        }
    }

    private string InFolder(string name) => Path.Combine(folder, name);
}
