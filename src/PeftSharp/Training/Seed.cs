using PeftSharp.Modeling;

namespace PeftSharp.Training;

/// <summary>The seed of all random numbers: transformers' <c>set_seed</c>.</summary>
public static class Seed
{
    /// <summary>
    /// Seeds every random stream that models and training draw from: libtorch's on the CPU and on all GPUs. Call it before a model is
    /// loaded or created, because the weights of a new head are drawn then.
    /// </summary>
    /// <param name="seed">The seed; 0 or more.</param>
    /// <exception cref="ArgumentOutOfRangeException">The seed is negative.</exception>
    /// <exception cref="NativeBackendException">The program has no native backend, or it does not load.</exception>
    public static void Set(long seed)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(seed);
        RandomSeed.Set(seed);
    }
}
