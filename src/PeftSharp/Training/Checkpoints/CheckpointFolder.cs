using System.Globalization;
using PeftSharp.Internal;

namespace PeftSharp.Training.Checkpoints;

/// <summary>The folders <c>checkpoint-…</c> of a run: whole or absent, found, and the older ones deleted.</summary>
internal static class CheckpointFolder
{
    private const string Prefix = "checkpoint-", ReplacedEnding = ".old";

    /// <summary>Makes the folder of a run, removes what killed processes left in it, and tries to write into it, so that a run does not fail at its first checkpoint.</summary>
    /// <exception cref="IOException">The folder cannot be made or written.</exception>
    internal static void Prepare(string outputDir)
    {
        try
        {
            Directory.CreateDirectory(outputDir);
            RemoveAbandoned(outputDir);
            using var probe = new FileStream(TemporaryEntry.NameFor(Path.Combine(outputDir, "probe")), FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0, FileOptions.DeleteOnClose);
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
        var beside = TemporaryEntry.NameFor(folder);
        var replaced = beside + ReplacedEnding;
        using var inUse = Explain(folder, () => TemporaryEntry.Lock(beside));
        Explain(folder, () =>
        {
            try
            {
                Directory.CreateDirectory(beside);
                write(beside);
                if (Directory.Exists(folder)) Directory.Move(folder, replaced);
                Directory.Move(beside, folder);
                if (Directory.Exists(replaced)) Directory.Move(replaced, beside);      // under its last name it would be taken for the only copy
            }
            catch
            {
                if (!Directory.Exists(folder) && Directory.Exists(replaced)) Directory.Move(replaced, folder);
                throw;
            }
            finally { TryDelete(beside); }
            return true;
        });
    }

    private static T Explain<T>(string folder, Func<T> action)
    {
        try { return action(); }
        catch (UnauthorizedAccessException error) { throw new IOException($"The checkpoint '{folder}' cannot be written ({error.Message}). Choose an OutputDir that this user may write to.", error); }
        catch (IOException error) { throw new IOException($"The checkpoint '{folder}' was not written ({error.Message}); earlier checkpoints are unchanged. Free space on the disk or choose another OutputDir.", error); }
    }

    /// <summary>The checkpoints of a run, by rising step. Folders that were not finished have another name and are not among them.</summary>
    internal static IReadOnlyList<(string Folder, int Step)> All(string outputDir) => !Directory.Exists(outputDir) ? [] :
        [.. Directory.EnumerateDirectories(outputDir, Prefix + "*").Select(folder => (folder, Step: StepOf(folder))).Where(entry => entry.Step is not null).Select(entry => (entry.folder, entry.Step!.Value)).OrderBy(entry => entry.Value)];

    /// <summary>The checkpoint to resume: the highest step of the run that wrote into the folder last. Null if there is none.</summary>
    internal static string? Last(string outputDir)
    {
        var all = All(outputDir).Select(checkpoint => (checkpoint.Folder, Identity: CheckpointIdentity.Of(checkpoint.Folder))).ToArray();
        if (all.Length == 0) return null;
        var run = all.MaxBy(checkpoint => checkpoint.Identity.SavedAt).Identity.RunId;
        return all.Last(checkpoint => checkpoint.Identity.RunId == run).Folder;
    }

    /// <inheritdoc cref="Last"/>
    /// <exception cref="CheckpointException">There is none.</exception>
    internal static string Newest(string outputDir) => Last(outputDir)
        ?? throw new CheckpointException($"OutputDir '{outputDir}' holds no checkpoint to resume. Call Train() to start a new run, or Train(Resume.IfPresent), which starts one if there is no checkpoint.");

    /// <summary>Deletes the oldest checkpoints of a run beyond <paramref name="limit"/>; the newest and the best stay. Those of other runs are not counted and not deleted.</summary>
    /// <param name="outputDir">The run's folder.</param>
    /// <param name="runId">The run.</param>
    /// <param name="limit">How many may stay; null: all.</param>
    /// <param name="newest">The one just written.</param>
    /// <param name="best">The best one, if there is one.</param>
    internal static void Rotate(string outputDir, string runId, int? limit, string newest, string? best)
    {
        if (limit is not { } count) return;
        var own = All(outputDir).Where(checkpoint => CheckpointIdentity.Of(checkpoint.Folder).RunId == runId).ToArray();
        var kept = new HashSet<string>(StringComparer.Ordinal) { newest };
        if (best is not null) kept.Add(best);
        var surplus = Math.Max(0, own.Length - Math.Max(count, kept.Count));
        foreach (var (folder, _) in own.Where(checkpoint => !kept.Contains(checkpoint.Folder)).Take(surplus))
        {
            var doomed = TemporaryEntry.NameFor(folder);               // renamed first: half a checkpoint must not bear a checkpoint's name
            using var inUse = TemporaryEntry.Lock(doomed);
            Directory.Move(folder, doomed);
            TryDelete(doomed);
        }
    }

    /// <summary>Removes what killed processes left; a checkpoint that was being replaced and whose successor was not in its place yet is put back.</summary>
    private static void RemoveAbandoned(string outputDir)
    {
        foreach (var replaced in Directory.EnumerateDirectories(outputDir, $"{Prefix}*{ReplacedEnding}").ToArray())
        {
            var beside = replaced[..^ReplacedEnding.Length];
            if (!TemporaryEntry.IsAbandoned(beside)) continue;
            var folder = Path.Combine(outputDir, Path.GetFileName(beside).Split('.')[0]);
            if (Directory.Exists(folder)) TryDelete(replaced);
            else Directory.Move(replaced, folder);
        }
        TemporaryEntry.RemoveAbandoned(outputDir);
    }

    private static int? StepOf(string folder) =>
        int.TryParse(Path.GetFileName(folder)[Prefix.Length..], NumberStyles.None, CultureInfo.InvariantCulture, out var step) ? step : null;

    private static void TryDelete(string folder)
    {
        try
        {
            if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException) { }   // what is left has a name that nothing reads, and the next run removes it
    }
}
