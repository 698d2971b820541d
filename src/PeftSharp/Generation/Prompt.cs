using PeftSharp.Modeling;
using PeftSharp.Tokenization;
using static TorchSharp.torch;

namespace PeftSharp.Generation;

/// <summary>The prompts of a generation call. Token ids, inputs of a model and the output of a tokenizer convert implicitly.</summary>
/// <remarks>Thread safety: instances are immutable and can be used from several threads at once.</remarks>
public sealed class Prompt
{
    private readonly Func<Device, (Tensor Ids, Tensor? Mask)> _read;

    private Prompt(Func<Device, (Tensor, Tensor?)> read) => _read = read;

    /// <summary>
    /// Creates prompts from token ids, int64 [rows, tokens], or [tokens] for one prompt. Padding is detected by the padding token of the
    /// generation configuration, unless it is also an end-of-sequence token; then no token is treated as padding.
    /// </summary>
    /// <param name="inputIds">The ids of the tokens. The tensor is copied when generation starts.</param>
    public static Prompt FromTensor(Tensor inputIds)
    {
        ArgumentNullException.ThrowIfNull(inputIds);
        return new Prompt(device => (Rows(inputIds.to(device, copy: true)), null));
    }

    /// <summary>Creates prompts from <c>input_ids</c> and <c>attention_mask</c>.</summary>
    /// <param name="inputs">
    /// The inputs, int64 [rows, tokens] each. If the mask is missing, padding is detected by the padding token of the generation
    /// configuration, unless it is also an end-of-sequence token; then no token is treated as padding.
    /// </param>
    /// <exception cref="ArgumentException">The inputs have no <c>input_ids</c>.</exception>
    public static Prompt FromModelInputs(ModelInputs inputs)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        var ids = inputs.InputIds ?? throw new ArgumentException("The inputs have no input_ids. Set InputIds.");
        return new Prompt(device => (Rows(ids.to(device, copy: true)), inputs.AttentionMask?.to(device, copy: true)));
    }

    /// <summary>Creates a prompt from the token ids of one text.</summary>
    /// <param name="ids">The ids of the tokens.</param>
    public static Prompt FromIds(IReadOnlyList<int> ids)
    {
        ArgumentNullException.ThrowIfNull(ids);
        return new Prompt(device => (Matrix([[.. ids]], device), null));
    }

    /// <summary>Creates a prompt from one encoded text.</summary>
    /// <param name="encoding">The encoded text.</param>
    public static Prompt FromEncoding(TextEncoding encoding)
    {
        ArgumentNullException.ThrowIfNull(encoding);
        return FromRows([encoding.Ids], [encoding.AttentionMask]);
    }

    /// <summary>Creates prompts from encoded texts. Texts of different lengths must have been padded on the left.</summary>
    /// <param name="batch">The encoded texts.</param>
    /// <exception cref="ArgumentException">The texts have different numbers of tokens.</exception>
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

    /// <summary>
    /// Copies the prompts to a device. Returns the ids, int64 [rows, tokens], and the mask, which is null if no mask was given.
    /// </summary>
    internal (Tensor Ids, Tensor? Mask) Read(Device device) => _read(device);

    private static Prompt FromRows(int[][] ids, int[][] mask)
    {
        if (ids.Select(row => row.Length).Distinct().Count() > 1)
            throw new ArgumentException($"The prompts have different lengths ({string.Join(", ", ids.Select(row => row.Length))} "
                + "tokens). Pad them: tokenizer.Encode(texts, padding: true, paddingSide: PaddingSide.Left).");
        return new Prompt(device => (Matrix(ids, device), Matrix(mask, device)));
    }

    private static Tensor Matrix(int[][] rows, Device device) =>
        tensor(
            rows.SelectMany(row => row).Select(id => (long)id).ToArray(),
            [rows.Length, rows.Length == 0 ? 0 : rows[0].Length],
            ScalarType.Int64).to(device);

    private static Tensor Rows(Tensor ids) => !is_integral(ids) ? throw new ArgumentException($"input_ids has type {ids.dtype}, "
        + "but token ids must be integers (int64). Convert the tensor.") : (ids.dim() == 1 ? ids.unsqueeze(0) : ids).to(ScalarType.Int64);
}
