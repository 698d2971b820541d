namespace PeftSharp.Kernels;

/// <summary>How the input rows of a <see cref="SkinnyGemm"/> are divided: one or two rows are processed individually. More rows are
/// processed in blocks of eight and four, and the last block is padded with rows of zeros.</summary>
internal readonly struct RowBlocks
{
    internal const int Large = 8, Small = 4;
    private const int MaxSingleRows = 2;

    /// <param name="rows">Number of input rows.</param>
    internal RowBlocks(int rows) => Rows = rows <= MaxSingleRows ? rows : (rows + Small - 1) / Small * Small;

    /// <summary>Number of rows including the padding of the last block.</summary>
    internal int Rows { get; }

    /// <summary>Number of rows of the block that starts at a row.</summary>
    internal int At(int row) => Rows - row >= Large ? Large : Rows >= Small ? Small : 1;
}
