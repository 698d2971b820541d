namespace PeftSharp.Serialization;

/// <summary>The element types of the safetensors format, named as in the header of a file.</summary>
/// <remarks>The order is part of the format: the types are declared by increasing alignment, and a file stores its tensors by decreasing
/// alignment of their types.</remarks>
public enum SafetensorsDtype
{
    /// <summary>A Boolean, one byte.</summary>
    BOOL,
    /// <summary>A 4-bit float, two in a byte (OCP microscaling E2M1).</summary>
    F4,
    /// <summary>A 6-bit float, four in three bytes (OCP microscaling E2M3).</summary>
    F6_E2M3,
    /// <summary>A 6-bit float, four in three bytes (OCP microscaling E3M2).</summary>
    F6_E3M2,
    /// <summary>An unsigned 8-bit integer.</summary>
    U8,
    /// <summary>A signed 8-bit integer.</summary>
    I8,
    /// <summary>An 8-bit float with 5 exponent bits and 2 mantissa bits (arXiv:2209.05433).</summary>
    F8_E5M2,
    /// <summary>An 8-bit float with 4 exponent bits and 3 mantissa bits (arXiv:2209.05433).</summary>
    F8_E4M3,
    /// <summary>An 8-bit power of two (OCP microscaling scale E8M0).</summary>
    F8_E8M0,
    /// <summary>An 8-bit float with 4 exponent bits, without infinities or negative zero (arXiv:2206.02915).</summary>
    F8_E4M3FNUZ,
    /// <summary>An 8-bit float with 5 exponent bits, without infinities or negative zero (arXiv:2206.02915).</summary>
    F8_E5M2FNUZ,
    /// <summary>A signed 16-bit integer.</summary>
    I16,
    /// <summary>An unsigned 16-bit integer.</summary>
    U16,
    /// <summary>A 16-bit float (half precision).</summary>
    F16,
    /// <summary>A bfloat16: the upper 16 bits of a 32-bit float.</summary>
    BF16,
    /// <summary>A signed 32-bit integer.</summary>
    I32,
    /// <summary>An unsigned 32-bit integer.</summary>
    U32,
    /// <summary>A 32-bit float (single precision).</summary>
    F32,
    /// <summary>A complex number of two 32-bit floats.</summary>
    C64,
    /// <summary>A 64-bit float (double precision).</summary>
    F64,
    /// <summary>A signed 64-bit integer.</summary>
    I64,
    /// <summary>An unsigned 64-bit integer.</summary>
    U64,
}
