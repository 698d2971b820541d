using PeftSharp.Internal;

namespace PeftSharp.Tokenization;

public sealed partial class Tokenizer
{
    private static readonly string[] PaddedColumns = ["attention_mask", "token_type_ids", "special_tokens_mask"];

    /// <summary>Pads encoded rows to the same length. Corresponds to <c>tokenizer.pad</c> in Python.</summary>
    /// <param name="columns">
    /// <c>input_ids</c> and optionally <c>attention_mask</c>, <c>token_type_ids</c> and <c>special_tokens_mask</c>, one array per row. The
    /// padding values are the id of the padding token, 0, 0 and 1, in this order. Other columns are returned unchanged. If
    /// <c>attention_mask</c> is absent and the model expects it, it is added.
    /// </param>
    /// <param name="padding">The padding strategy. Default null: to the longest row.</param>
    /// <param name="maxLength">
    /// The length for <see cref="PaddingStrategy.MaxLength"/>. Default <see cref="ModelMaxLength"/>. Longer rows are unchanged.
    /// </param>
    /// <param name="padToMultipleOf">Rounds the length up to a multiple of this value. Default null: no rounding.</param>
    /// <param name="paddingSide">The side on which to pad. Default <see cref="PaddingSide"/>.</param>
    /// <exception cref="ArgumentException">
    /// There is no column <c>input_ids</c>, columns have different numbers of rows, the tokenizer has no padding token, or a length is out
    /// of range.
    /// </exception>
    public IReadOnlyDictionary<string, int[][]> Pad(
        IReadOnlyDictionary<string, int[][]> columns, PaddingStrategy? padding = null, int? maxLength = null, int? padToMultipleOf = null,
        PaddingSide? paddingSide = null)
    {
        ArgumentNullException.ThrowIfNull(columns);
        if (!columns.TryGetValue("input_ids", out var ids))
            throw new ArgumentException(
                $"There is no column input_ids to pad. Columns: {NameList.Of(columns.Keys)}.",
                nameof(columns));
        foreach (var (name, rows) in columns)
            if (rows.Length != ids.Length)
                throw new ArgumentException(
                    $"Column {name} has {Quantity.Of(rows.Length, "row")} but input_ids has {ids.Length}. "
                    + "All columns of a batch must have the same number of rows.", nameof(columns));
        var (target, _) = Plan(padding ?? PaddingStrategy.Longest, TruncationStrategy.DoNotTruncate, maxLength, stride: 0, padToMultipleOf);
        var result = new Dictionary<string, int[][]>(columns);
        if (!columns.ContainsKey("attention_mask") && ModelInputNames.Contains("attention_mask"))
            result["attention_mask"] = Array.ConvertAll(ids, row => Filled(row.Length, 1));
        if (target is null || ids.Length == 0)
            return result;
        var length = PaddedLength(target.Value, ids.Max(row => row.Length), padToMultipleOf);
        var side = paddingSide ?? PaddingSide;
        result["input_ids"] = Array.ConvertAll(ids, row => Padded(row, length, PadTokenId!.Value, side));
        foreach (var name in PaddedColumns)
            if (result.TryGetValue(name, out var rows))
            {
                var filler = name switch { "token_type_ids" => PadTokenTypeId, "special_tokens_mask" => 1, _ => 0 };
                result[name] = Array.ConvertAll(rows, row => Padded(row, length, filler, side));
            }
        return result;
    }

    private static int[] Padded(int[] row, int length, int value, PaddingSide side)
    {
        if (row.Length >= length)
            return row;
        var padding = Filled(length - row.Length, value);
        return side == PaddingSide.Right ? [.. row, .. padding] : [.. padding, .. row];
    }

    private static int[] Filled(int length, int value)
    {
        var row = new int[length];
        Array.Fill(row, value);
        return row;
    }
}
