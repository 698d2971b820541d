namespace PeftSharp.Training;

/// <summary>How short rows are filled up.</summary>
/// <param name="PadTokenId">Fills <c>input_ids</c>.</param>
/// <param name="MultipleOf">Lengths are rounded up to a multiple of it.</param>
/// <param name="MaxLength">Length of every batch; null: its longest row.</param>
/// <param name="Left">Whether rows are filled at their beginning.</param>
internal sealed record RowPadding(int PadTokenId, int MultipleOf, int? MaxLength, bool Left)
{
    /// <summary>The number that fills a column.</summary>
    internal long Filler(string column) => column switch
    {
        "input_ids" => PadTokenId,
        "labels" => -100,
        "special_tokens_mask" => 1,
        _ => 0,
    };

    /// <summary>Length of a batch whose longest row has <paramref name="longest"/> numbers.</summary>
    internal int Width(int longest)
    {
        var width = Math.Max(longest, MaxLength ?? 0);
        return (width + MultipleOf - 1) / MultipleOf * MultipleOf;
    }
}
