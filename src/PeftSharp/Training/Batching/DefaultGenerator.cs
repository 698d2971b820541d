using System.Buffers.Binary;
using TorchSharp;
using static TorchSharp.torch;

namespace PeftSharp.Training.Batching;

/// <summary>The state of libtorch's default random number generator.</summary>
internal static class DefaultGenerator
{
    private const int StateBytes = 5056, Words = 624, HasNormalOffset = 5052;

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

    /// <summary>
    /// Whether a tensor is a state of the generator (<c>CPUGeneratorImplStateLegacy</c> in PyTorch): the seed (8 bytes), the number of
    /// remaining words (4), whether it is seeded (4), the index of the next word (8), 624 words, and values of the normal distribution.
    /// </summary>
    /// <remarks>
    /// libtorch checks some of these values, but TorchSharp does not catch its exception, which ends the process. An index that does not
    /// agree with the number of remaining words would let libtorch read memory beyond the words.
    /// </remarks>
    internal static bool IsState(Tensor state)
    {
        if (state.dtype != ScalarType.Byte || state.device_type != DeviceType.CPU || state.dim() != 1 || state.numel() != StateBytes)
            return false;
        using var contiguous = state.contiguous();
        var bytes = contiguous.bytes;
        var remaining = BinaryPrimitives.ReadInt32LittleEndian(bytes[8..]);
        var next = BinaryPrimitives.ReadUInt64LittleEndian(bytes[16..]);
        return remaining is > 0 and <= Words && BinaryPrimitives.ReadInt32LittleEndian(bytes[12..]) == 1
            && (next == (ulong)(Words + 1 - remaining) || (next == 0 && remaining == 1)) && bytes[HasNormalOffset] <= 1;
    }

    /// <summary>The seed of a state for which <see cref="IsState"/> is true.</summary>
    internal static ulong SeedOf(Tensor state)
    {
        using var contiguous = state.contiguous();
        return BinaryPrimitives.ReadUInt64LittleEndian(contiguous.bytes);
    }

    /// <summary>Restores a state that <see cref="Save"/> returned, or for which <see cref="IsState"/> is true.</summary>
    internal static void Restore(Tensor state) => random.set_rng_state(state);
}
