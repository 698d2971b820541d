using PeftSharp.Modeling;
using PeftSharp.Training.Checkpoints;

namespace PeftSharp.Training;

/// <summary>Functions of transformers' <c>trainer_utils</c>.</summary>
public static class TrainerUtils
{
    /// <summary>Seeds every random stream that models and training draw from: libtorch's on the CPU and on all GPUs (<c>set_seed</c>). Call it before a model is loaded or made: new weights are drawn there.</summary>
    /// <param name="seed">The seed; 0 or more.</param>
    /// <exception cref="ArgumentOutOfRangeException">The seed is negative.</exception>
    /// <exception cref="NativeBackendException">The program has no native backend, or it does not load.</exception>
    public static void SetSeed(long seed)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(seed);
        RandomSeed.Set(seed);
    }

    /// <summary>The checkpoint that <see cref="Resume.Last"/> resumes: the last step of the run that wrote to the folder last (<c>get_last_checkpoint</c>). Null if there is none.</summary>
    /// <param name="folder">The <see cref="TrainingArguments.OutputDir"/> of a run.</param>
    public static string? GetLastCheckpoint(string folder)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        return CheckpointFolder.Last(folder);
    }
}
