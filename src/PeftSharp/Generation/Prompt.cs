using PeftSharp.Modeling;
using static TorchSharp.torch;

namespace PeftSharp.Generation;

/// <summary>What texts begin with. Ids, inputs of a model and what a tokenizer gives convert by themselves.</summary>
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
        return new Prompt(device => (tensor(ids.Select(id => (long)id).ToArray(), [1, ids.Count], ScalarType.Int64).to(device), null));
    }

    /// <inheritdoc cref="FromTensor"/>
    public static implicit operator Prompt(Tensor inputIds) => FromTensor(inputIds);

    /// <inheritdoc cref="FromModelInputs"/>
    public static implicit operator Prompt(ModelInputs inputs) => FromModelInputs(inputs);

    /// <inheritdoc cref="FromIds"/>
    public static implicit operator Prompt(int[] ids) => FromIds(ids);

    /// <summary>Copies on a device: ids int64 [rows, tokens], and 1 where one is read or null where that was not said.</summary>
    internal (Tensor Ids, Tensor? Mask) Read(Device device) => _read(device);

    private static Tensor Rows(Tensor ids) => (ids.dim() == 1 ? ids.unsqueeze(0) : ids).to(ScalarType.Int64);
}
