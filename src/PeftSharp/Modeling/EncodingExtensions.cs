using PeftSharp.Tokenization;
using static TorchSharp.torch;

namespace PeftSharp.Modeling;

/// <summary>Converts the output of a tokenizer to the inputs of a model.</summary>
public static class EncodingExtensions
{
    /// <summary>
    /// Converts a batch to tensors: <c>input_ids</c> and the other columns that the tokenizer's model reads, int64 [rows, tokens].
    /// Corresponds to <c>return_tensors="pt"</c> in Python.
    /// </summary>
    /// <param name="batch">Rows of equal length, for example encoded with <c>padding: true</c>.</param>
    /// <param name="device">The device of the tensors. Null: the CPU.</param>
    /// <returns>Tensors that the caller owns.</returns>
    /// <exception cref="ArgumentException">The batch is empty, or its rows differ in length.</exception>
    public static ModelInputs ToModelInputs(this BatchEncoding batch, Device? device = null)
    {
        ArgumentNullException.ThrowIfNull(batch);
        if (batch.Count == 0) throw new ArgumentException("The batch is empty. Encode at least one text.", nameof(batch));
        int[] lengths = [.. batch.Encodings.Select(row => row.Length).Distinct()];
        if (lengths.Length > 1)
            throw new ArgumentException(
                $"The rows have between {lengths.Min()} and {lengths.Max()} tokens, but a tensor requires rows of one length. "
                + "Pad them: tokenizer.Encode(texts, padding: true).", nameof(batch));
        return Columns(batch.Keys, name => batch[name], device);
    }

    /// <summary>Converts one encoded text to a batch of one row.</summary>
    /// <param name="encoding">The encoded text.</param>
    /// <param name="device">The device of the tensors. Null: the CPU.</param>
    /// <returns>
    /// <c>input_ids</c>, <c>attention_mask</c> and <c>token_type_ids</c>, int64 [1, tokens], which the caller owns. Remove the tensors
    /// that the model does not read.
    /// </returns>
    public static ModelInputs ToModelInputs(this TextEncoding encoding, Device? device = null)
    {
        ArgumentNullException.ThrowIfNull(encoding);
        return Columns(["input_ids", "attention_mask", "token_type_ids"], name => [Column(name)], device);

        int[] Column(string name) => name switch
        {
            "input_ids" => encoding.Ids,
            "attention_mask" => encoding.AttentionMask,
            _ => encoding.TypeIds,
        };
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
