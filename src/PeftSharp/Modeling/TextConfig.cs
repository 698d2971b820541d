using System.Text.Json.Serialization;

namespace PeftSharp.Modeling;

/// <summary>The configuration of a model that reads token ids.</summary>
public abstract record TextConfig : PretrainedConfig
{
    /// <summary>Vocabulary size: the number of rows of the embeddings.</summary>
    public int VocabSize { get; init; }

    /// <summary>Maximum number of tokens of an input. Null: no limit.</summary>
    [JsonIgnore]
    public abstract int? MaxPositions { get; }

    /// <summary>
    /// The number and shape of the attention layers. Null: unknown. Prompt tuning saves the number of layers and heads in the configuration
    /// of the adapter.
    /// </summary>
    [JsonIgnore]
    public virtual AttentionShape? AttentionShape => null;

    internal sealed override int LayerCount => AttentionShape?.Layers ?? 0;

    /// <summary>
    /// The row of the embeddings that is not trained; a negative <see cref="PretrainedConfig.PadTokenId"/> counts from the end, as in
    /// PyTorch.
    /// </summary>
    internal int? PaddingRow => PadTokenId < 0 ? PadTokenId + VocabSize : PadTokenId;

    /// <summary>Describes a padding token that is not in the vocabulary.</summary>
    private protected IEnumerable<string> PaddingProblems()
    {
        if (PadTokenId is { } pad && (pad < -VocabSize || pad >= VocabSize))
            yield return $"pad_token_id is {pad}, but the vocabulary has {VocabSize} ids (vocab_size)";
    }
}
