using System.Collections.Frozen;
using static TorchSharp.torch;

namespace PeftSharp.Serialization;

/// <summary>The width of each element type of the format, and the mapping to and from torch's scalar types.</summary>
internal static class SafetensorsDtypes
{
    private static readonly FrozenDictionary<string, SafetensorsDtype> ByName =
        Enum.GetValues<SafetensorsDtype>().ToFrozenDictionary(dtype => dtype.ToString(), StringComparer.Ordinal);

    private static readonly FrozenDictionary<SafetensorsDtype, ScalarType> ToTorch = new Dictionary<SafetensorsDtype, ScalarType>
    {
        [SafetensorsDtype.BOOL] = ScalarType.Bool,
        [SafetensorsDtype.U8] = ScalarType.Byte,
        [SafetensorsDtype.I8] = ScalarType.Int8,
        [SafetensorsDtype.I16] = ScalarType.Int16,
        [SafetensorsDtype.F16] = ScalarType.Float16,
        [SafetensorsDtype.BF16] = ScalarType.BFloat16,
        [SafetensorsDtype.I32] = ScalarType.Int32,
        [SafetensorsDtype.F32] = ScalarType.Float32,
        [SafetensorsDtype.C64] = ScalarType.ComplexFloat32,
        [SafetensorsDtype.F64] = ScalarType.Float64,
        [SafetensorsDtype.I64] = ScalarType.Int64,
    }.ToFrozenDictionary();

    private static readonly FrozenDictionary<ScalarType, SafetensorsDtype> FromTorch =
        ToTorch.ToFrozenDictionary(pair => pair.Value, pair => pair.Key);

    /// <summary>The names of all types, for error messages.</summary>
    internal static string Names => string.Join(", ", Enum.GetNames<SafetensorsDtype>());

    /// <summary>The names of the torch types that can be saved, for error messages.</summary>
    internal static string TorchNames => string.Join(", ", FromTorch.Keys.Order());

    internal static bool TryParse(string name, out SafetensorsDtype dtype) => ByName.TryGetValue(name, out dtype);

    /// <summary>Returns the scalar type of torch. Null if TorchSharp has no such type; the bytes of the tensor can still be read.</summary>
    internal static ScalarType? ToScalarType(SafetensorsDtype dtype) => ToTorch.TryGetValue(dtype, out var type) ? type : null;

    /// <summary>
    /// Returns the type of the format. Null if the format has no such type (double-precision complex, quantized integers).
    /// </summary>
    internal static SafetensorsDtype? FromScalarType(ScalarType type) => FromTorch.TryGetValue(type, out var dtype) ? dtype : null;

    internal static int BitsOf(SafetensorsDtype dtype) => dtype switch
    {
        SafetensorsDtype.F4 => 4,
        SafetensorsDtype.F6_E2M3 or SafetensorsDtype.F6_E3M2 => 6,
        SafetensorsDtype.I16 or SafetensorsDtype.U16 or SafetensorsDtype.F16 or SafetensorsDtype.BF16 => 16,
        SafetensorsDtype.I32 or SafetensorsDtype.U32 or SafetensorsDtype.F32 => 32,
        SafetensorsDtype.C64 or SafetensorsDtype.F64 or SafetensorsDtype.I64 or SafetensorsDtype.U64 => 64,
        _ => 8,
    };
}
