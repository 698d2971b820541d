namespace PeftSharp.Kernels;

/// <summary>How a few rows of an input are taken: one or two by themselves, more in blocks of eight and four, the last filled up with zeros.</summary>
internal readonly struct RowBlocks
{
    internal const int Large = 8, Small = 4;
    private const int ByThemselves = 2;

    /// <param name="rows">Rows that there are.</param>
    internal RowBlocks(int rows) => Rows = rows <= ByThemselves ? rows : (rows + Small - 1) / Small * Small;

    /// <summary>Rows with those of zeros that fill the last block.</summary>
    internal int Rows { get; }

    /// <summary>How many rows the block has that begins at this one.</summary>
    internal int At(int row) => Rows - row >= Large ? Large : Rows >= Small ? Small : 1;
}
