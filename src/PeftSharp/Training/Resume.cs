using System.Diagnostics.CodeAnalysis;
using PeftSharp.Training.Checkpoints;

namespace PeftSharp.Training;

/// <summary>
/// Whether <see cref="Trainer.Train"/> starts a new run or resumes a checkpoint, and which checkpoint. The default is <see cref="Never"/>.
/// </summary>
/// <remarks>
/// Converts implicitly from transformers' <c>resume_from_checkpoint</c>: true is <see cref="Last"/>, false and null are
/// <see cref="Never"/>, a string is the folder of a checkpoint.
/// </remarks>
[SuppressMessage("Naming", "CA1716:Identifiers should not match keywords",
    Justification = "Reserved in Visual Basic only, where it is written [Resume].")]
public readonly record struct Resume
{
    private readonly Choice _choice;
    private readonly string? _folder;

    private Resume(Choice choice, string? folder = null) => (_choice, _folder) = (choice, folder);

    /// <summary>Starts a new run.</summary>
    public static Resume Never => default;

    /// <summary>
    /// Resumes the last checkpoint in <see cref="TrainingArguments.OutputDir"/> (<see cref="TrainerUtils.GetLastCheckpoint"/>), or starts a
    /// new run if there is none.
    /// </summary>
    public static Resume IfPresent => new(Choice.IfPresent);

    /// <summary>
    /// Resumes the last checkpoint in <see cref="TrainingArguments.OutputDir"/> (<see cref="TrainerUtils.GetLastCheckpoint"/>).
    /// <see cref="Trainer.Train"/> throws a <see cref="CheckpointException"/> if there is none.
    /// </summary>
    public static Resume Last => new(Choice.Last);

    /// <summary>Resumes a checkpoint.</summary>
    /// <param name="folder">The folder of the checkpoint, such as <c>trainer_output/checkpoint-500</c>.</param>
    /// <exception cref="ArgumentException"><paramref name="folder"/> is null or empty.</exception>
    public static Resume From(string folder)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        return new(Choice.From, folder);
    }

    /// <summary>Converts true to <see cref="Last"/> and false to <see cref="Never"/>.</summary>
    public static implicit operator Resume(bool resumeFromCheckpoint) => resumeFromCheckpoint ? Last : Never;

    /// <summary>Converts the folder of a checkpoint (<see cref="From"/>); null is converted to <see cref="Never"/>.</summary>
    /// <exception cref="ArgumentException">The folder is empty.</exception>
    public static implicit operator Resume(string? folder) => folder is null ? Never : From(folder);

    /// <summary>Returns the value as it is written in code, such as <c>Resume.Last</c>.</summary>
    public override string ToString() => _choice == Choice.From ? $"Resume.From(\"{_folder}\")" : $"Resume.{_choice}";

    /// <summary>Returns the folder of the checkpoint to resume; null for a new run.</summary>
    /// <exception cref="CheckpointException">A checkpoint is required and there is none.</exception>
    internal string? CheckpointOf(string outputDir) => _choice switch
    {
        Choice.IfPresent => CheckpointFolder.Last(outputDir),
        Choice.Last => CheckpointFolder.RequireLast(outputDir),
        _ => _folder,
    };

    private enum Choice { Never, IfPresent, Last, From }
}
