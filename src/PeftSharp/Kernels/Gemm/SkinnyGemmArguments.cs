namespace PeftSharp.Kernels;

/// <summary>Operands of <see cref="SkinnyGemm"/> for its kernels: <see cref="Gemv"/>, <see cref="GemvTransposed"/>,
/// <see cref="NarrowGemv"/> and <see cref="NarrowGemvTransposed"/>.</summary>
internal unsafe struct SkinnyGemmArguments
{
    internal const int MaxRows = 16;

    /// <summary>The input in float32, packed block of rows after block of rows, each in the order in which the kernel reads it.</summary>
    internal float* X;

    /// <summary>Weight, bias (or null) and result, all of the layer's type.</summary>
    internal void* W, Bias, Result;

    internal RowBlocks Blocks;
    internal int Rows, Inputs, Outputs;
}
