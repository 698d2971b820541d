using static TorchSharp.torch;

namespace PeftSharp.Training.Batching;

/// <summary>The state of libtorch's default random number generator.</summary>
internal static class DefaultGenerator
{
    /// <summary>
    /// Draws one 64-bit number, as PyTorch's <c>DataLoader</c> does for the seed of its workers at the start of each iteration. Thus
    /// dropout uses the same random numbers as in PyTorch.
    /// </summary>
    internal static void SkipDataLoaderSeed()
    {
        using var seed = empty(1, ScalarType.Int64);
        using var same = seed.random_(0, Math.Pow(2, 62));
    }

    /// <summary>Returns the state, uint8 [bytes].</summary>
    internal static Tensor Save() => random.get_rng_state();

    /// <summary>Restores a state that <see cref="Save"/> returned.</summary>
    internal static void Restore(Tensor state) => random.set_rng_state(state);
}
