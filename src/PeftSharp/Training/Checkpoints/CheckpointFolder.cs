using System.Globalization;

namespace PeftSharp.Training.Checkpoints;

/// <summary>The folders <c>checkpoint-…</c> of a run: whole or absent, found, and the older ones deleted.</summary>
internal static class CheckpointFolder
{
    private const string Prefix = "checkpoint-";

    /// <summary>Makes the folder of a run and tries to write into it, so that a run does not find out at its first checkpoint.</summary>
    /// <exception cref="IOException">The folder cannot be made or written.</exception>
    internal static void Prepare(string outputDir)
    {
        try
        {
            Directory.CreateDirectory(outputDir);
            using var probe = new FileStream(Path.Combine(outputDir, $".{Guid.NewGuid():N}.tmp"), FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0, FileOptions.DeleteOnClose);
            probe.WriteByte(0);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new IOException($"OutputDir '{outputDir}' cannot be written ({error.Message}), so no checkpoint could be saved; nothing was trained. Choose a folder that this user may write to.", error);
        }
    }

    /// <summary>Where the checkpoint of a step lies.</summary>
    internal static string Of(string outputDir, int step) => Path.Combine(outputDir, Prefix + step.ToString(CultureInfo.InvariantCulture));

    /// <summary>Writes a folder beside its place and renames it, so that a checkpoint of that name is always whole; one that was there before is replaced last.</summary>
    /// <exception cref="IOException">The folder cannot be written or the disk is full. What stood there before is unchanged.</exception>
    internal static void Write(string folder, Action<string> write)
    {
        var beside = $"{folder}.{Environment.ProcessId}.tmp";
        var replaced = $"{folder}.{Environment.ProcessId}.old";
        try
        {
            Delete(beside);                           // a killed process may have left one, and in a container all have one number
            Delete(replaced);
            Directory.CreateDirectory(beside);
            write(beside);
            if (Directory.Exists(folder)) Directory.Move(folder, replaced);
            Directory.Move(beside, folder);
        }
        catch (Exception error)
        {
            if (!Directory.Exists(folder) && Directory.Exists(replaced)) Directory.Move(replaced, folder);
            TryDelete(beside);
            if (error is UnauthorizedAccessException) throw new IOException($"The checkpoint '{folder}' cannot be written ({error.Message}). Choose an OutputDir that this user may write to.", error);
            if (error is IOException) throw new IOException($"The checkpoint '{folder}' was not written ({error.Message}); earlier checkpoints are unchanged. Free space on the disk or choose another OutputDir.", error);
            throw;
        }
        TryDelete(replaced);
    }

    /// <summary>The checkpoints of a run, by rising step. Folders that were not finished have another name and are not among them.</summary>
    internal static IReadOnlyList<(string Folder, int Step)> All(string outputDir) => !Directory.Exists(outputDir) ? [] :
        [.. Directory.EnumerateDirectories(outputDir, Prefix + "*").Select(folder => (folder, Step: StepOf(folder))).Where(entry => entry.Step is not null).Select(entry => (entry.folder, entry.Step!.Value)).OrderBy(entry => entry.Value)];

    /// <summary>The checkpoint of the highest step.</summary>
    /// <exception cref="CheckpointException">There is none.</exception>
    internal static string Newest(string outputDir) => All(outputDir) is [.., var last] ? last.Folder
        : throw new CheckpointException($"OutputDir '{outputDir}' holds no checkpoint to go on from. Call Train() to begin, or name the checkpoint's folder.");

    /// <summary>Deletes the oldest beyond <paramref name="limit"/>; the newest and the best always stay.</summary>
    /// <param name="outputDir">The run's folder.</param>
    /// <param name="limit">How many may stay; null: all.</param>
    /// <param name="newest">The one just written, whatever an earlier run in the same folder left with higher numbers.</param>
    /// <param name="best">The best one, where one is known.</param>
    internal static void Rotate(string outputDir, int? limit, string newest, string? best)
    {
        if (limit is not { } count) return;
        var all = All(outputDir);
        if (all.Count <= count) return;
        var kept = new HashSet<string>(StringComparer.Ordinal) { newest };
        if (best is not null) kept.Add(best);
        var surplus = all.Count - Math.Max(count, kept.Count);
        foreach (var (folder, _) in all.Where(entry => !kept.Contains(entry.Folder)).Take(surplus))
        {
            var doomed = $"{folder}.{Environment.ProcessId}.old";     // renamed first: half a checkpoint must not bear a checkpoint's name
            Directory.Move(folder, doomed);
            TryDelete(doomed);
        }
    }

    private static int? StepOf(string folder) =>
        int.TryParse(Path.GetFileName(folder)[Prefix.Length..], NumberStyles.None, CultureInfo.InvariantCulture, out var step) ? step : null;

    private static void Delete(string folder)
    {
        if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
    }

    private static void TryDelete(string folder)
    {
        try { Delete(folder); }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException) { }   // what is left has a name that nothing reads
    }
}
