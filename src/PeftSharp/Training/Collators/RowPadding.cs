namespace PeftSharp.Training;

/// <summary>Options of the padding of rows.</summary>
/// <param name="PadTokenId">The id of the padding token.</param>
/// <param name="MultipleOf">The length of a batch is rounded up to a multiple of this value.</param>
/// <param name="MaxLength">The minimum length of a batch. Null: the length of its longest row.</param>
/// <param name="Left">Whether rows are padded on the left.</param>
internal sealed record RowPadding(int PadTokenId, int MultipleOf, int? MaxLength, bool Left)
{
    /// <summary>Returns the padding value of a column.</summary>
    internal long PaddingValue(string column) => column switch
    {
        "input_ids" => PadTokenId,
        "labels" => -100,
        "special_tokens_mask" => 1,
        _ => 0,
    };

    /// <summary>Returns the length of a batch whose longest row has <paramref name="longest"/> elements.</summary>
    internal int Width(int longest)
    {
        var width = Math.Max(longest, MaxLength ?? 0);
        return (width + MultipleOf - 1) / MultipleOf * MultipleOf;
    }
}
