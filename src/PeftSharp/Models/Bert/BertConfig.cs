using PeftSharp.Modeling;

namespace PeftSharp.Models.Bert;

/// <summary>The configuration of a BERT model (transformers' <c>BertConfig</c>). Defaults are those of bert-base-uncased.</summary>
public sealed record BertConfig : EncoderConfig
{
    /// <summary>Creates the configuration of bert-base-uncased.</summary>
    public BertConfig() => (VocabSize, PadTokenId) = (30522, 0);

    /// <inheritdoc/>
    public override ModelFamily Family => BertFamily.Instance;

    /// <inheritdoc/>
    public override int? MaxPositions => MaxPositionEmbeddings;

    /// <inheritdoc/>
    protected override IEnumerable<string> GetValidationErrors() => base.GetValidationErrors().Concat(PaddingProblems());
}
