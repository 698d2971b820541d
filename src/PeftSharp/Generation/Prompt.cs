using PeftSharp.Modeling;
using PeftSharp.Tokenization;
using static TorchSharp.torch;

namespace PeftSharp.Generation;

/// <summary>What texts begin with. Ids, inputs of a model and what a tokenizer gives convert by themselves.</summary>
/// <remarks>Thread safety: instances are immutable and can be used from several threads at once.</remarks>
public sealed class Prompt
{
    private readonly Func<Device, (Tensor Ids, Tensor? Mask)> _read;

    private Prompt(Func<Device, (Tensor, Tensor?)> read) => _read = read;

    /// <summary>Token ids, int64 [rows, tokens], all of them read unless they are padding.</summary>
    public static Prompt FromTensor(Tensor inputIds)
    {
        ArgumentNullException.ThrowIfNull(inputIds);
        return new Prompt(device => (Rows(inputIds.to(device, copy: true)), null));
    }

    /// <summary><c>input_ids</c> and <c>attention_mask</c>.</summary>
    public static Prompt FromModelInputs(ModelInputs inputs)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        var ids = inputs.InputIds ?? throw new ArgumentException("The prompt has no input_ids.");
        return new Prompt(device => (Rows(ids.to(device, copy: true)), inputs.AttentionMask?.to(device, copy: true)));
    }

    /// <summary>Ids of one text.</summary>
    public static Prompt FromIds(IReadOnlyList<int> ids)
    {
        ArgumentNullException.ThrowIfNull(ids);
        return new Prompt(device => (Matrix([[.. ids]], device), null));
    }

    /// <summary>One encoded text.</summary>
    public static Prompt FromEncoding(TextEncoding encoding)
    {
        ArgumentNullException.ThrowIfNull(encoding);
        return FromRows([encoding.Ids], [encoding.AttentionMask]);
    }

    /// <summary>Encoded texts, padded on the left to one length.</summary>
    public static Prompt FromBatch(BatchEncoding batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        return FromRows(batch.InputIds, batch.AttentionMask);
    }

    /// <inheritdoc cref="FromTensor"/>
    public static implicit operator Prompt(Tensor inputIds) => FromTensor(inputIds);

    /// <inheritdoc cref="FromModelInputs"/>
    public static implicit operator Prompt(ModelInputs inputs) => FromModelInputs(inputs);

    /// <inheritdoc cref="FromIds"/>
    public static implicit operator Prompt(int[] ids) => FromIds(ids);

    /// <inheritdoc cref="FromEncoding"/>
    public static implicit operator Prompt(TextEncoding encoding) => FromEncoding(encoding);

    /// <inheritdoc cref="FromBatch"/>
    public static implicit operator Prompt(BatchEncoding batch) => FromBatch(batch);

    /// <summary>Copies on a device: ids int64 [rows, tokens], and 1 where one is read or null where that was not said.</summary>
    internal (Tensor Ids, Tensor? Mask) Read(Device device) => _read(device);

    private static Prompt FromRows(int[][] ids, int[][] mask)
    {
        if (ids.Select(row => row.Length).Distinct().Count() > 1)
            throw new ArgumentException($"The prompts have {string.Join(", ", ids.Select(row => row.Length))} tokens; give them one length: tokenizer.Encode(texts, padding: true, paddingSide: PaddingSide.Left).");
        return new Prompt(device => (Matrix(ids, device), Matrix(mask, device)));
    }

    private static Tensor Matrix(int[][] rows, Device device) =>
        tensor(rows.SelectMany(row => row).Select(id => (long)id).ToArray(), [rows.Length, rows.Length == 0 ? 0 : rows[0].Length], ScalarType.Int64).to(device);

    private static Tensor Rows(Tensor ids) => !is_integral(ids) ? throw new ArgumentException($"input_ids are {ids.dtype}, but token ids are whole numbers: make the tensor of int64.") : (ids.dim() == 1 ? ids.unsqueeze(0) : ids).to(ScalarType.Int64);
}
