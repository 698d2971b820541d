using PeftSharp.Internal;
using PeftSharp.Modeling;
using static TorchSharp.torch;

namespace PeftSharp.Tuners;

/// <summary>Creates batches with virtual tokens before the text of each row.</summary>
internal static class VirtualTokenInputs
{
    /// <summary>Creates the batch with embeddings instead of ids, starting with the virtual tokens.</summary>
    /// <param name="inputs">The batch, which is not modified.</param>
    /// <param name="prompt">Embeddings of the virtual tokens, float [virtual tokens, width].</param>
    /// <param name="model">The base model.</param>
    /// <exception cref="NotSupportedException">
    /// The ids have more than two axes, the mask is per pair of tokens, or a row contains several texts.
    /// </exception>
    /// <exception cref="ArgumentException">Virtual tokens and text exceed the positions of the model.</exception>
    internal static ModelInputs Add(ModelInputs inputs, Tensor prompt, PretrainedModel model)
    {
        var text = inputs.InputsEmbeds ?? Embeddings(inputs, model);
        var (rows, tokens, added) = (text.shape[0], text.shape[1], (int)prompt.shape[0]);
        CheckLength(tokens, added, model);
        var result = Continue(inputs, added, model);
        if (inputs.PositionIds is { } positions)
        {
            RejectPacked(positions, inputs.AttentionMask);
            var shifted = result.PositionIds!;
            var first = arange(added, ScalarType.Int64, shifted.device).unsqueeze(0).expand(shifted.shape[0], added);
            result.PositionIds = cat([first, shifted], 1);
        }
        foreach (var input in model.Inputs.Where(input => input.Kind == InputKind.Categories))
            if (inputs[input.Name] is { } categories)
                result[input.Name] = cat([zeros([categories.shape[0], added], categories.dtype, categories.device), categories], 1);
        result.InputIds = null;
        result.InputsEmbeds = cat([prompt.to(text.dtype).unsqueeze(0).expand(rows, added, prompt.shape[1]), text], 1);
        model.Objective?.AdjustLabelsForPrefix(result, added, [rows, tokens]);
        return result;
    }

    /// <summary>
    /// Creates the batch for a continuation whose virtual tokens are in the key-value cache: the mask and the positions include them.
    /// </summary>
    /// <param name="inputs">The batch, which is not modified.</param>
    /// <param name="added">Number of virtual tokens.</param>
    /// <param name="model">The base model.</param>
    internal static ModelInputs Continue(ModelInputs inputs, int added, PretrainedModel model)
    {
        var result = inputs.ShallowCopy();
        if (inputs.AttentionMask is { } mask)
        {
            if (mask.dim() != 2)
                throw new NotSupportedException($"'attention_mask' has shape [{string.Join(", ", mask.shape)}], "
                    + "but virtual tokens require a mask with one value per token, [batch, tokens].");
            result.AttentionMask = cat([ones([mask.shape[0], added], mask.dtype, mask.device), mask], 1);
        }
        if (inputs.PositionIds is not { } positions) return result;
        result.PositionIds = positions + added;
        if (model.Inputs.FirstOrDefault(input => input.Kind == InputKind.Positions) is { Limit: { } limit } spec)
            InputCheck.Rows(result.PositionIds, limit, spec.Name, spec.LimitField ?? spec.Name);
        return result;
    }

    private static Tensor Embeddings(ModelInputs inputs, PretrainedModel model)
    {
        var ids = inputs.InputIds!;
        return ids.dim() == 2 ? model.InputEmbeddings!.call(ids)
            : throw new NotSupportedException($"'input_ids' has shape [{string.Join(", ", ids.shape)}], but virtual tokens require "
            + $"[batch, tokens]. Use another method for {model.GetName()}.");
    }

    private static void CheckLength(long tokens, int added, PretrainedModel model)
    {
        var most = model.Inputs.First(input => input.Kind == InputKind.Embeddings).MaxLength;
        if (most is { } positions && tokens + added > positions)
            throw new ArgumentException($"The input has {Quantity.Of(tokens, "token")} and {Quantity.Of(added, "virtual token")}, but "
                + $"this model has {positions} positions. Tokenize with truncation: true, maxLength: "
                + $"{positions - added}.");
    }

    /// <summary>
    /// Rejects several texts in one row (positions that restart, without a mask), which would need virtual tokens before each text.
    /// </summary>
    private static void RejectPacked(Tensor positions, Tensor? mask)
    {
        var tokens = positions.shape[1];
        if (mask is not null || tokens == 1 || positions.device_type != TorchSharp.DeviceType.CPU) return;
        using var scope = NewDisposeScope();
        if ((positions.narrow(1, 1, tokens - 1) - positions.narrow(1, 0, tokens - 1)).ne(1).any().item<bool>())
            throw new NotSupportedException("'position_ids' of a row are not consecutive. They restart at 0 in a row that contains "
                + "several texts, and the virtual tokens would precede only the first text. Pad the rows instead of packing them.");
    }
}
