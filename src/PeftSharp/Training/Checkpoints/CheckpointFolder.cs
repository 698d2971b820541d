using System.Globalization;
using PeftSharp.Internal;

namespace PeftSharp.Training.Checkpoints;

/// <summary>The folders <c>checkpoint-STEP</c> of a run: writes them atomically, finds the last one, and deletes old ones.</summary>
internal static class CheckpointFolder
{
    private const string Prefix = "checkpoint-";

    /// <summary>
    /// Creates the folder of a run, removes temporary files of killed processes, and checks that the folder is writable, so that a run does
    /// not fail at its first checkpoint.
    /// </summary>
    /// <exception cref="IOException">The folder cannot be created or is not writable.</exception>
    internal static void Prepare(string outputDir)
    {
        if (File.Exists(outputDir))
            throw new IOException($"OutputDir '{outputDir}' is a file, so no checkpoint can be saved in it. "
                + "The training was not started. Choose a folder.");
        try
        {
            Directory.CreateDirectory(outputDir);
            AtomicFolder.RemoveAbandoned(outputDir);
            using var probe = new FileStream(TemporaryEntry.NameFor(Path.Combine(outputDir, "probe")), FileMode.CreateNew, FileAccess.Write,
                FileShare.None, bufferSize: 0, FileOptions.DeleteOnClose);
            probe.WriteByte(0);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new IOException($"OutputDir '{outputDir}' is not writable ({error.Message}), so no checkpoint can be saved. "
                + "The training was not started. Choose a folder with write permission for this user.", error);
        }
    }

    /// <summary>Returns the folder of the checkpoint of a step.</summary>
    internal static string Of(string outputDir, int step) => Path.Combine(outputDir, Prefix + step.ToString(CultureInfo.InvariantCulture));

    /// <summary>
    /// Writes a checkpoint to a temporary folder and renames it, so that a folder of that name is always complete. An existing checkpoint
    /// of that name is replaced.
    /// </summary>
    /// <exception cref="IOException">
    /// The folder is not writable or the disk is full. An existing checkpoint of that name is unchanged.
    /// </exception>
    internal static void Write(string folder, Action<string> write)
    {
        try { AtomicFolder.Replace(folder, write); }
        catch (UnauthorizedAccessException error)
        {
            throw new IOException($"The checkpoint '{folder}' cannot be written ({error.Message}). "
                + "Choose an OutputDir with write permission for this user.", error);
        }
        catch (IOException error)
        {
            throw new IOException($"The checkpoint '{folder}' was not written ({error.Message}); earlier checkpoints are unchanged. "
                + "Free disk space or choose another OutputDir.", error);
        }
    }

    /// <summary>
    /// Returns the checkpoints in the folder of a run, by ascending step. Incomplete checkpoints have other names and are not included.
    /// </summary>
    internal static IReadOnlyList<(string Folder, int Step)> All(string outputDir) => !Directory.Exists(outputDir) ? [] :
        [.. Directory.EnumerateDirectories(outputDir, Prefix + "*").Select(folder => (folder, Step: StepOf(folder)))
            .Where(entry => entry.Step is not null).Select(entry => (entry.folder, entry.Step!.Value)).OrderBy(entry => entry.Value)];

    /// <summary>
    /// Returns the checkpoint to resume: the last checkpoint of the run that most recently wrote to the folder. Null: there is no
    /// checkpoint.
    /// </summary>
    internal static string? Last(string outputDir)
    {
        var all = All(outputDir).Select(checkpoint => (checkpoint.Folder, Identity: CheckpointIdentity.Of(checkpoint.Folder))).ToArray();
        if (all.Length == 0) return null;
        var run = all.MaxBy(checkpoint => checkpoint.Identity.SavedAt).Identity.RunId;
        return all.Last(checkpoint => checkpoint.Identity.RunId == run).Folder;
    }

    /// <summary>Returns the checkpoint to resume, as <see cref="Last"/> does.</summary>
    /// <exception cref="CheckpointException">There is no checkpoint.</exception>
    internal static string RequireLast(string outputDir) => Last(outputDir)
        ?? throw new CheckpointException($"OutputDir '{outputDir}' contains no checkpoint to resume. "
            + "Call Train() to start a new run, or Train(Resume.IfPresent), which starts one if there is no checkpoint.");

    /// <summary>
    /// Deletes the oldest checkpoints of a run if there are more than <paramref name="limit"/>. The newest and the best are kept.
    /// Checkpoints of other runs are neither counted nor deleted.
    /// </summary>
    /// <param name="outputDir">The folder of the run.</param>
    /// <param name="runId">The id of the run.</param>
    /// <param name="limit">The maximum number of checkpoints; null: all are kept.</param>
    /// <param name="newest">The newest checkpoint.</param>
    /// <param name="best">The best checkpoint; null if there is none.</param>
    internal static void Rotate(string outputDir, string runId, int? limit, string newest, string? best)
    {
        if (limit is not { } count) return;
        var own = All(outputDir).Where(checkpoint => CheckpointIdentity.Of(checkpoint.Folder).RunId == runId).ToArray();
        var kept = new HashSet<string>(StringComparer.Ordinal) { newest };
        if (best is not null) kept.Add(best);
        var surplus = Math.Max(0, own.Length - Math.Max(count, kept.Count));
        foreach (var (folder, _) in own.Where(checkpoint => !kept.Contains(checkpoint.Folder)).Take(surplus))
        {
            // The folder is renamed before it is deleted, so that a partly deleted checkpoint cannot be resumed.
            var temporary = TemporaryEntry.NameFor(folder);
            using var inUse = TemporaryEntry.Lock(temporary);
            Directory.Move(folder, temporary);
            TryDelete(temporary);
        }
    }

    /// <summary>Returns whether a file belongs to a checkpoint, by its path relative to the folder of the run.</summary>
    internal static bool Contains(string file) => file.StartsWith(Prefix, StringComparison.Ordinal);

    private static int? StepOf(string folder) =>
        int.TryParse(Path.GetFileName(folder)[Prefix.Length..], NumberStyles.None, CultureInfo.InvariantCulture, out var step)
            ? step
            : null;

    private static void TryDelete(string folder)
    {
        try
        {
            if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
        }
        // The folder has a temporary name, and the next run removes it.
        catch (Exception error) when (error is IOException or UnauthorizedAccessException) { }
    }
}
