using System.Globalization;
using System.Numerics;

namespace PeftSharp.Data;

/// <summary>Converts decimals of Arrow, which are little-endian integers with a scale, to <see cref="decimal"/>.</summary>
internal static class ArrowDecimals
{
    private const int MaxScale = 28;
    private static readonly BigInteger Limit = BigInteger.One << 96;

    /// <param name="values">The bytes of all values.</param>
    /// <param name="position">The position of the value in <paramref name="values"/>.</param>
    /// <param name="width">The number of bytes of a value.</param>
    /// <param name="scale">The number of decimal places.</param>
    /// <param name="index">The index of the value, for the error.</param>
    /// <exception cref="UnreadableValueException">The value has more than the 96 bits of <see cref="decimal"/>.</exception>
    internal static decimal Read(ReadOnlySpan<byte> values, int position, int width, int scale, int index)
    {
        var unscaled = new BigInteger(values.Slice(position * width, width));
        var (digits, places) = (BigInteger.Abs(unscaled), scale);
        for (; places < 0; places++)
            digits *= 10;
        // If the value has too many digits or decimal places, trailing zeros are removed.
        while ((places > MaxScale || digits >= Limit) && places > 0 && digits % 10 == 0)
            (digits, places) = (digits / 10, places - 1);
        if (digits >= Limit || places > MaxScale)
            throw new UnreadableValueException(index, string.Create(CultureInfo.InvariantCulture, $"The decimal {unscaled}E{-scale} has "
                + $"more digits or decimal places than System.Decimal supports (28 to 29 digits, 28 decimal places)."));
        Span<byte> bytes = stackalloc byte[12];
        bytes.Clear();
        digits.TryWriteBytes(bytes, out _, isUnsigned: true);
        return new decimal(BitConverter.ToInt32(bytes), BitConverter.ToInt32(bytes[4..]), BitConverter.ToInt32(bytes[8..]),
            unscaled.Sign < 0, (byte)places);
    }
}
