using PeftSharp.Serialization;
using PeftSharp.Training.Batching;
using PeftSharp.Training.Loop;
using static TorchSharp.torch;

namespace PeftSharp.Training.Checkpoints;

/// <summary>
/// Reads <c>rng_state.pth</c> of transformers: the state of PyTorch's random number generator on the CPU, which dropout uses. The states of
/// Python's and numpy's generators are not used here.
/// </summary>
internal static class PythonRandomState
{
    internal const string FileName = "rng_state.pth";

    private const string FileOfFirstProcess = "rng_state_0.pth";

    /// <summary>Returns the state of the CPU generator, uint8 [bytes]. Called in a dispose scope.</summary>
    /// <param name="run">The run.</param>
    /// <param name="folder">The folder of the checkpoint.</param>
    /// <param name="warn">Reports that there is no state.</param>
    /// <exception cref="CheckpointException">The file is malformed, or the run of the checkpoint had another seed.</exception>
    internal static Tensor Read(TrainingRun run, string folder, Action<string> warn)
    {
        var path = Path.Combine(folder, FileName);
        if (!File.Exists(path))
        {
            warn($"The checkpoint '{folder}' has no {FileName}"
                + (File.Exists(Path.Combine(folder, FileOfFirstProcess)) ? " of a single process" : "")
                + ", so dropout does not use the random numbers of the Python run, and the seed of the row order is not checked.");
            return DefaultGenerator.Save();
        }
        using var file = PythonFile.Open(path, ignoresArrays: true);
        if (file.Values["cpu"] is not PickleTensor saved || file.Map(saved).clone() is not { } state || !DefaultGenerator.IsState(state))
            throw file.Error("it has no tensor 'cpu' with a state of PyTorch's random number generator");
        CheckSeed(run, DefaultGenerator.SeedOf(state), path);
        return state;
    }

    /// <summary>
    /// Checks the seed of the row order. Unless DataSeed is set, it is the seed of the default generator, which the state of the generator
    /// contains.
    /// </summary>
    private static void CheckSeed(TrainingRun run, ulong seed, string path)
    {
        var arguments = run.Arguments;
        if (arguments.DataSeed is not null || arguments.IgnoreDataSkip || run.OrderUsesDefaultGenerator || run.Stream is not null
            || arguments.TrainSamplingStrategy != SamplingStrategy.Random || seed == (ulong)arguments.Seed) return;
        throw new CheckpointException($"The Python run of '{path}' has another row order: the seed of its random number generator was "
            + $"{seed}, but Seed is {arguments.Seed}. Set Seed to {seed}; or, if data_seed was set in Python, set DataSeed to that value.");
    }
}
