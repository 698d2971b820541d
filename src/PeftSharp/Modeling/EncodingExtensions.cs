using PeftSharp.Tokenization;
using static TorchSharp.torch;

namespace PeftSharp.Modeling;

/// <summary>What a tokenizer returns as the inputs of a model.</summary>
public static class EncodingExtensions
{
    /// <summary>The rows as tensors: <c>input_ids</c> and what else the tokenizer's model reads, int64 [rows, tokens]. <c>return_tensors="pt"</c> in Python.</summary>
    /// <param name="batch">Rows of one length, as <c>padding: true</c> makes them.</param>
    /// <param name="device">Where the tensors are put. Null: the CPU.</param>
    /// <returns>Tensors that belong to the caller.</returns>
    /// <exception cref="ArgumentException">The rows differ in length, or there are none.</exception>
    public static ModelInputs ToModelInputs(this BatchEncoding batch, Device? device = null)
    {
        ArgumentNullException.ThrowIfNull(batch);
        if (batch.Count == 0) throw new ArgumentException("There are no rows; a batch needs at least one.", nameof(batch));
        int[] lengths = [.. batch.Encodings.Select(row => row.Length).Distinct()];
        if (lengths.Length > 1)
            throw new ArgumentException($"The rows have between {lengths.Min()} and {lengths.Max()} tokens; a tensor needs rows of one length. Pad them: tokenizer.Encode(texts, padding: true).", nameof(batch));
        return Columns(batch.Keys, name => batch[name], device);
    }

    /// <summary>One encoded text as a batch of one row.</summary>
    /// <param name="encoding">The text.</param>
    /// <param name="device">Where the tensors are put. Null: the CPU.</param>
    /// <returns><c>input_ids</c>, <c>attention_mask</c> and <c>token_type_ids</c>, int64 [1, tokens]; they belong to the caller. Remove what the model does not read.</returns>
    public static ModelInputs ToModelInputs(this TextEncoding encoding, Device? device = null)
    {
        ArgumentNullException.ThrowIfNull(encoding);
        return Columns(["input_ids", "attention_mask", "token_type_ids"], name => [name switch { "input_ids" => encoding.Ids, "attention_mask" => encoding.AttentionMask, _ => encoding.TypeIds }], device);
    }

    private static ModelInputs Columns(IEnumerable<string> names, Func<string, int[][]> column, Device? device)
    {
        using var scope = NewDisposeScope();
        var inputs = new ModelInputs();
        foreach (var name in names.Where(name => name is "input_ids" or "attention_mask" or "token_type_ids"))
        {
            var rows = column(name);
            var ids = tensor([.. rows.SelectMany(row => row).Select(id => (long)id)], [rows.Length, rows[0].Length], ScalarType.Int64);
            inputs[name] = (device is null ? ids : ids.to(device)).MoveToOuterDisposeScope();
        }
        return inputs;
    }
}
