using static TorchSharp.torch;

namespace PeftSharp.Serialization;

/// <summary>Converts 8-bit floats, for which TorchSharp has no tensor type, to float32.</summary>
/// <remarks>Micikevicius et al. 2022, arXiv:2209.05433: <c>F8_E4M3</c> (PyTorch's <c>float8_e4m3fn</c>, no infinities) and
/// <c>F8_E5M2</c>.</remarks>
internal static class Float8
{
    private static readonly Lazy<float[]>
        _e4m3 = new(() => Table(exponentBits: 4, bias: 7, hasInfinity: false)),
        _e5m2 = new(() => Table(exponentBits: 5, bias: 15, hasInfinity: true));

    internal static bool CanDecode(SafetensorsDtype dtype) => dtype is SafetensorsDtype.F8_E4M3 or SafetensorsDtype.F8_E5M2;

    /// <summary>Converts <paramref name="bytes"/> to a float32 CPU tensor.</summary>
    internal static Tensor Decode(ReadOnlySpan<byte> bytes, SafetensorsDtype dtype, long[] shape)
    {
        var table = (dtype == SafetensorsDtype.F8_E4M3 ? _e4m3 : _e5m2).Value;
        var values = new float[bytes.Length];
        for (var i = 0; i < values.Length; i++) values[i] = table[bytes[i]];
        return tensor(values, shape, ScalarType.Float32, CPU);
    }

    private static float[] Table(int exponentBits, int bias, bool hasInfinity) => [.. Enumerable.Range(0, 256).Select(code =>
    {
        var mantissaBits = 7 - exponentBits;
        var (exponent, mantissa) = (code >> mantissaBits & (1 << exponentBits) - 1, code & (1 << mantissaBits) - 1);
        var isLast = exponent == (1 << exponentBits) - 1;
        var size = hasInfinity && isLast ? mantissa == 0 ? float.PositiveInfinity : float.NaN
            : isLast && mantissa == (1 << mantissaBits) - 1 ? float.NaN
            : exponent == 0 ? MathF.ScaleB(mantissa, 1 - bias - mantissaBits)
            : MathF.ScaleB(mantissa | 1 << mantissaBits, exponent - bias - mantissaBits);
        return code < 128 ? size : -size;
    })];
}
