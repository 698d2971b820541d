using PeftSharp.Native;
using static TorchSharp.torch;

namespace PeftSharp.Modeling;

/// <summary>The seed of libtorch's random streams.</summary>
internal sealed class RandomSeed : IDisposable
{
    private static bool _isSet;
    private readonly Tensor _before;

    private RandomSeed(Tensor before) => _before = before;

    /// <summary>
    /// Whether the main stream was seeded. Without a seed, libtorch starts with a random 53-bit number, which is below 2^32 in one of two
    /// million cases.
    /// </summary>
    internal static bool IsSet => _isSet || (ulong)Generator.Default.initial_seed() <= uint.MaxValue;

    /// <summary>Seeds the streams of the CPU and of all GPUs.</summary>
    internal static void Set(long seed)
    {
        NativeBackend.Load();
        manual_seed(seed);
        if (TorchSharp.torch.cuda.is_available()) TorchSharp.torch.cuda.manual_seed_all(seed);
        _isSet = true;
    }

    /// <summary>
    /// Seeds the main stream until the result is disposed, which restores the stream. Returns null and changes nothing if
    /// <paramref name="seed"/> is null.
    /// </summary>
    internal static RandomSeed? Use(long? seed)
    {
        if (seed is not { } value) return null;
        ArgumentOutOfRangeException.ThrowIfNegative(value, nameof(seed));
        NativeBackend.Load();
        var scope = new RandomSeed(random.get_rng_state().DetachFromDisposeScope());
        random.manual_seed(value);
        return scope;
    }

    public void Dispose()
    {
        random.set_rng_state(_before);
        _before.Dispose();
    }
}
