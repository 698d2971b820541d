using PeftSharp.Training.Checkpoints;

namespace PeftSharp.Training;

/// <summary>Functions of transformers' <c>trainer_utils</c>.</summary>
public static class TrainerUtils
{
    /// <summary>
    /// Returns the checkpoint that <see cref="Resume.Last"/> resumes: the last checkpoint of the run that most recently wrote to the folder
    /// (<c>get_last_checkpoint</c>).
    /// </summary>
    /// <param name="folder">The <see cref="TrainingArguments.OutputDir"/> of a run.</param>
    /// <returns>The folder of the checkpoint; null if there is none.</returns>
    /// <exception cref="ArgumentException"><paramref name="folder"/> is null or empty.</exception>
    public static string? GetLastCheckpoint(string folder)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        return CheckpointFolder.Last(folder);
    }
}
