using PeftSharp.Modeling;

namespace PeftSharp.Training;

/// <summary>Sets the seed of libtorch's random number generators (transformers' <c>set_seed</c>).</summary>
/// <remarks>
/// <c>Dataset.Shuffle</c> and <c>Dataset.TrainTestSplit</c> do not use these generators: pass the argument <c>seed</c> to these methods.
/// </remarks>
public static class Seed
{
    /// <summary>
    /// Seeds the random number generators of models and training: libtorch's default generators of the CPU and of all GPUs. Call this
    /// method before a model is loaded or created, because the weights of a new head are initialized then.
    /// </summary>
    /// <param name="seed">The seed; 0 or more.</param>
    /// <exception cref="ArgumentOutOfRangeException">The seed is negative.</exception>
    /// <exception cref="NativeBackendException">The native backend is not installed or cannot be loaded.</exception>
    public static void Set(long seed)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(seed);
        RandomSeed.Set(seed);
    }
}
