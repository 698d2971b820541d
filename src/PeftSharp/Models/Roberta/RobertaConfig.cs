using PeftSharp.Modeling;

namespace PeftSharp.Models.Roberta;

/// <summary>The values that describe a RoBERTa (transformers' <c>RobertaConfig</c>); defaults are transformers'. The first <c>pad_token_id + 1</c> rows of the position embeddings belong to no token, so an input has at most that many tokens less.</summary>
public sealed record RobertaConfig : EncoderConfig
{
    /// <summary>transformers' defaults.</summary>
    public RobertaConfig() => (VocabSize, PadTokenId, BosTokenId, EosTokenId) = (50265, 1, 0, [2]);

    /// <inheritdoc/>
    public override ModelFamily Family => RobertaFamily.Instance;

    /// <inheritdoc/>
    public override int? MaxPositions => MaxPositionEmbeddings - FirstPosition;

    /// <summary>Position of the first token.</summary>
    internal int FirstPosition => (PadTokenId ?? 0) + 1;

    /// <inheritdoc/>
    protected override IEnumerable<string> Problems()
    {
        foreach (var problem in base.Problems()) yield return problem;
        if (PadTokenId is not { } pad || pad < 0 || pad >= VocabSize) yield return $"pad_token_id is {PadTokenId}; it must be one of the {VocabSize} ids (vocab_size), since positions are counted from it";
        if (MaxPositions < 1) yield return $"max_position_embeddings is {MaxPositionEmbeddings}; it must be greater than pad_token_id + 1";
    }
}
