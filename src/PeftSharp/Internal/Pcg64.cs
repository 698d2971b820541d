using System.Globalization;
using System.Numerics;

namespace PeftSharp.Internal;

/// <summary>The PCG generator with 128 bits of state and XSL-RR output (O'Neill 2014), seeded as numpy's <c>PCG64</c>.</summary>
internal sealed class Pcg64
{
    private static readonly UInt128 Multiplier = new(0x2360ED051FC65DA4, 0x4385DF649FCCF645);
    private readonly UInt128 _increment;
    private UInt128 _state;
    private uint? _upperHalf;      // the unused half of the last 64-bit word; the lower half was drawn as a 32-bit value

    internal Pcg64(UInt128 entropy)
    {
        var words = SeedSequence.GenerateState(entropy, count: 4);
        _increment = (new UInt128(words[2], words[3]) << 1) | 1;
        _state = _increment + new UInt128(words[0], words[1]);
        Step();
    }

    internal ulong NextUInt64()
    {
        Step();
        return BitOperations.RotateRight((ulong)(_state >> 64) ^ (ulong)_state, (int)(_state >> 122));
    }

    internal uint NextUInt32()
    {
        if (_upperHalf is { } upper)
        {
            _upperHalf = null;
            return upper;
        }
        var word = NextUInt64();
        _upperHalf = (uint)(word >> 32);
        return (uint)word;
    }

    /// <summary>
    /// Returns the position in the sequence of random numbers, in hexadecimal digits. <see cref="Restore"/> continues at this position.
    /// </summary>
    internal string Save() => $"{_state:x32}{(_upperHalf is { } upper ? $"{upper:x8}" : "")}";

    /// <exception cref="FormatException">The text is not a result of <see cref="Save"/>.</exception>
    internal void Restore(string saved)
    {
        if (saved.Length is not (32 or 40))
            throw new FormatException("The state of the random number generator must have 32 or 40 hexadecimal digits.");
        _state = UInt128.Parse(saved.AsSpan(0, 32), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
        _upperHalf = saved.Length == 32
            ? null
            : uint.Parse(saved.AsSpan(32), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
    }

    private void Step() => _state = _state * Multiplier + _increment;
}
