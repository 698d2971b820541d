using System.Text.Json.Nodes;

namespace PeftSharp.Data;

/// <summary>A split as Parquet files for a repository.</summary>
/// <param name="Name">The name of the split.</param>
/// <param name="Rows">The number of rows.</param>
/// <param name="Bytes">The approximate size of the rows in memory.</param>
/// <param name="Features">The types of the columns, as <see cref="FeatureJson"/> writes them.</param>
/// <param name="Files">The names of the files in the repository.</param>
/// <param name="FileBytes">The size of the files.</param>
internal sealed record PushedSplit(string Name, long Rows, long Bytes, JsonObject Features, IReadOnlyList<string> Files, long FileBytes)
{
    /// <summary>Returns the text with which the names of the files of a split start.</summary>
    internal static string Prefix(string dataFolder, string split) => $"{dataFolder}/{split}-";

    /// <summary>Writes the files of a split.</summary>
    /// <param name="folder">The folder that becomes the repository.</param>
    /// <param name="dataFolder">The folder of the files in the repository.</param>
    /// <param name="split">The name of the split.</param>
    /// <param name="dataset">The rows.</param>
    /// <param name="maxShardBytes">The approximate maximum size of the rows of a file in memory.</param>
    /// <param name="numShards">The number of files, which get about the same number of rows. Null: determined by the size.</param>
    /// <param name="loop">Reports the progress.</param>
    /// <exception cref="DatasetException">A value cannot be stored.</exception>
    internal static PushedSplit Write(
        string folder, string dataFolder, string split, Dataset dataset, long maxShardBytes, int? numShards, RowLoop loop)
    {
        Directory.CreateDirectory(Path.Combine(folder, dataFolder));
        var writer = dataset.CreateParquetWriter();
        var parts = new List<string>();
        for (var row = 0; parts.Count < (numShards ?? 1) || row < dataset.Count;)
        {
            parts.Add(Path.Combine(folder, dataFolder, $"part-{parts.Count}"));
            using var file = File.Create(parts[^1]);
            var end = End(dataset.Count, numShards, parts.Count);
            row = writer.Write(file, row, end, numShards is null ? maxShardBytes : long.MaxValue, loop);
        }
        var files = parts.Select((_, i) => $"{Prefix(dataFolder, split)}{i:D5}-of-{parts.Count:D5}.parquet").ToArray();
        var bytes = parts.Sum(part => new FileInfo(part).Length);
        for (var i = 0; i < files.Length; i++)
            File.Move(parts[i], Path.Combine(folder, files[i]));
        return new PushedSplit(split, dataset.Count, writer.Bytes, writer.Features(), files, bytes);
    }

    /// <summary>Returns the index after the last row of the first <paramref name="files"/> files.</summary>
    private static int End(int rows, int? numShards, int files) =>
        numShards is { } number ? (int)((long)rows / number * files + Math.Min(files, rows % number)) : rows;
}
