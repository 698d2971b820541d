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

    /// <summary>
    /// The row of the embeddings that is not trained; a negative <see cref="PretrainedConfig.PadTokenId"/> counts from the end, as in
    /// PyTorch.
    /// </summary>
    internal int? PaddingRow => PadTokenId < 0 ? PadTokenId + VocabSize : PadTokenId;

    /// <inheritdoc/>
    protected override IEnumerable<string> Problems() => PadTokenId is { } pad && (pad < -VocabSize || pad >= VocabSize)
        ? base.Problems().Append($"pad_token_id is {pad}, but the vocabulary has {VocabSize} ids (vocab_size)") : base.Problems();
}
