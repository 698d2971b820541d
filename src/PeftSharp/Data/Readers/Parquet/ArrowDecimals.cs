using System.Globalization;
using System.Numerics;

namespace PeftSharp.Data;

/// <summary>Reads Arrow's decimals, little-endian integers with a scale, as <see cref="decimal"/>.</summary>
internal static class ArrowDecimals
{
    private const int MaxScale = 28;
    private static readonly BigInteger Limit = BigInteger.One << 96;

    /// <exception cref="UnreadableValueException">The number needs more than the 96 bits of <see cref="decimal"/>.</exception>
    internal static decimal Read(ReadOnlySpan<byte> values, int at, int width, int scale, int index)
    {
        var unscaled = new BigInteger(values.Slice(at * width, width));
        var (digits, places) = (BigInteger.Abs(unscaled), scale);
        for (; places < 0; places++)
            digits *= 10;
        // Zeros at the end carry no value: they may go where the number does not fit with them.
        while ((places > MaxScale || digits >= Limit) && places > 0 && digits % 10 == 0)
            (digits, places) = (digits / 10, places - 1);
        if (digits >= Limit || places > MaxScale)
            throw new UnreadableValueException(index, string.Create(CultureInfo.InvariantCulture, $"The decimal {unscaled}E{-scale} has more digits than System.Decimal holds (28 to 29)."));
        Span<byte> bytes = stackalloc byte[12];
        bytes.Clear();
        digits.TryWriteBytes(bytes, out _, isUnsigned: true);
        return new decimal(BitConverter.ToInt32(bytes), BitConverter.ToInt32(bytes[4..]), BitConverter.ToInt32(bytes[8..]), unscaled.Sign < 0, (byte)places);
    }
}
