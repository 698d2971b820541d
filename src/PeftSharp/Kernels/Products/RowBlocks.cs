namespace PeftSharp.Kernels;

/// <summary>How a few rows of an input are taken: in blocks of eight, of four and, of one or two rows that are to stay by themselves, of one.</summary>
internal readonly struct RowBlocks
{
    internal const int Large = 8, Small = 4;
    private const int ByThemselves = 2;

    /// <param name="rows">Rows that there are.</param>
    /// <param name="canBeAlone">Whether one or two make blocks of one; otherwise they are filled up as more are.</param>
    internal RowBlocks(int rows, bool canBeAlone) => Rows = canBeAlone && rows <= ByThemselves ? rows : (rows + Small - 1) / Small * Small;

    /// <summary>Rows with those of zeros that fill the last block.</summary>
    internal int Rows { get; }

    /// <summary>How many rows the block has that begins at this one.</summary>
    internal int At(int row) => Rows - row >= Large ? Large : Rows >= Small ? Small : 1;
}
