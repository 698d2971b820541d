namespace PeftSharp.Kernels;

/// <summary>What the loops of <see cref="SkinnyGemm"/> read and write.</summary>
internal unsafe struct SkinnyGemmArguments
{
    internal const int MostRows = 16;

    /// <summary>The input in float32, block of rows after block, each in the order in which its loop reads it.</summary>
    internal float* X;

    internal void* W, Bias, Result;
    internal RowBlocks Blocks;
    internal int Rows, Inputs, Outputs;
}
