using static TorchSharp.torch;

namespace PeftSharp.Training.Batching;

/// <summary>libtorch's random stream, moved as PyTorch's data loading moves it, so that the dropout of a run is the recorded one.</summary>
internal static class RandomStream
{
    /// <summary>PyTorch's loader draws a seed for its workers, one 64-bit number, each time it begins, whether it has workers or not.</summary>
    internal static void SkipLoaderSeed()
    {
        using var seed = empty(1, ScalarType.Int64);
        using var same = seed.random_(0, Math.Pow(2, 62));
    }

    /// <summary>The stream's state, uint8 [bytes].</summary>
    internal static Tensor Save() => random.get_rng_state();

    /// <summary>Takes back what <see cref="Save"/> gave.</summary>
    internal static void Restore(Tensor state) => random.set_rng_state(state);
}
