using static TorchSharp.torch;

namespace PeftSharp.Modeling.Layers;

/// <summary>
/// Selects, for each row, the hidden state of the last token that is not padding. Decoders classify a text from this state.
/// </summary>
public static class LastToken
{
    /// <summary>Selects the hidden state of the last token of each row.</summary>
    /// <param name="states">Hidden states, float [batch, tokens, hidden].</param>
    /// <param name="inputs">
    /// The batch. Padding is determined by the token ids. If embeddings were passed instead of ids, padding is determined by the attention
    /// mask; without a mask, the last token of every row is selected.
    /// </param>
    /// <param name="padTokenId">The padding token of the configuration; if null, only a batch of one row is supported.</param>
    /// <returns>Float [batch, hidden].</returns>
    /// <remarks>If embeddings were passed, transformers always selects the last token, even if the mask marks it as padding.</remarks>
    /// <exception cref="ArgumentException">There are several rows, and <paramref name="padTokenId"/> is null.</exception>
    public static Tensor Select(Tensor states, ModelInputs inputs, int? padTokenId)
    {
        ArgumentNullException.ThrowIfNull(states);
        ArgumentNullException.ThrowIfNull(inputs);
        var (rows, tokens) = (states.shape[0], states.shape[1]);
        if (padTokenId is null && rows > 1)
            throw new ArgumentException($"A batch of {rows} rows requires pad_token_id in the configuration to determine the last "
                + "token of each row. Set PadToken of the tokenizer and pass the tokenizer to the trainer, "
                + "or load the model with PretrainedOptions.PadTokenId.");
        using var scope = NewDisposeScope();
        var read = inputs.InputIds is { } ids ? (padTokenId is { } pad ? ids.ne(pad) : null)
            : inputs.AttentionMask is { } mask && mask.dim() == 2 ? mask.ne(0)
            : null;
        if (read is null) return states.select(1, tokens - 1).MoveToOuterDisposeScope();
        var last = (read.to(ScalarType.Int64) * arange(tokens, ScalarType.Int64, states.device)).argmax(1);
        return states.index([arange(rows, ScalarType.Int64, states.device), last]).MoveToOuterDisposeScope();
    }
}
