namespace PeftSharp.Serialization;

/// <summary>The element types of the safetensors format, under the names that stand in a file's header.</summary>
/// <remarks>Declared by increasing alignment: a file holds its tensors in the reverse of this order, so the order is part of the format.</remarks>
public enum SafetensorsDtype
{
    /// <summary>A truth value in one byte.</summary>
    BOOL,
    /// <summary>A 4-bit float, two in a byte (OCP microscaling E2M1).</summary>
    F4,
    /// <summary>A 6-bit float, four in three bytes (OCP microscaling E2M3).</summary>
    F6_E2M3,
    /// <summary>A 6-bit float, four in three bytes (OCP microscaling E3M2).</summary>
    F6_E3M2,
    /// <summary>An unsigned byte.</summary>
    U8,
    /// <summary>A signed byte.</summary>
    I8,
    /// <summary>An 8-bit float with 5 exponent bits (arXiv:2209.05433).</summary>
    F8_E5M2,
    /// <summary>An 8-bit float with 4 exponent bits (arXiv:2209.05433).</summary>
    F8_E4M3,
    /// <summary>An 8-bit power of two (OCP microscaling scale).</summary>
    F8_E8M0,
    /// <summary>An 8-bit float with 4 exponent bits, without infinities and negative zero (arXiv:2206.02915).</summary>
    F8_E4M3FNUZ,
    /// <summary>An 8-bit float with 5 exponent bits, without infinities and negative zero (arXiv:2206.02915).</summary>
    F8_E5M2FNUZ,
    /// <summary>A signed 16-bit integer.</summary>
    I16,
    /// <summary>An unsigned 16-bit integer.</summary>
    U16,
    /// <summary>A half-precision float.</summary>
    F16,
    /// <summary>A brain float: the upper half of a single-precision float.</summary>
    BF16,
    /// <summary>A signed 32-bit integer.</summary>
    I32,
    /// <summary>An unsigned 32-bit integer.</summary>
    U32,
    /// <summary>A single-precision float.</summary>
    F32,
    /// <summary>A complex number of two single-precision floats.</summary>
    C64,
    /// <summary>A double-precision float.</summary>
    F64,
    /// <summary>A signed 64-bit integer.</summary>
    I64,
    /// <summary>An unsigned 64-bit integer.</summary>
    U64,
}
