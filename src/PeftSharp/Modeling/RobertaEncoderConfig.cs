namespace PeftSharp.Modeling;

/// <summary>
/// The configuration of an encoder whose positions start at <c>pad_token_id + 1</c>: the fields of RoBERTa and similar models. The first
/// <c>pad_token_id + 1</c> rows of the position embeddings are not used for tokens, which reduces the maximum number of tokens.
/// </summary>
public abstract record RobertaEncoderConfig : EncoderConfig
{
    /// <inheritdoc/>
    public override int? MaxPositions => MaxPositionEmbeddings - FirstPosition;

    /// <summary>Position of the first token.</summary>
    internal int FirstPosition => (PadTokenId ?? 0) + 1;

    /// <inheritdoc/>
    protected override IEnumerable<string> GetValidationErrors()
    {
        foreach (var problem in base.GetValidationErrors()) yield return problem;
        if (PadTokenId is not { } pad || pad < 0 || pad >= VocabSize)
            yield return $"pad_token_id is {(object?)PadTokenId ?? "null"}; it must be one of the {VocabSize} ids (vocab_size), "
                + "because positions are counted from it";
        if (MaxPositions < 1) yield return $"max_position_embeddings is {MaxPositionEmbeddings}; it must be greater than pad_token_id + 1";
    }
}
