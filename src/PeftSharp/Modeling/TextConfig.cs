using System.Text.Json.Serialization;

namespace PeftSharp.Modeling;

/// <summary>The configuration of a model that reads token ids.</summary>
public abstract record TextConfig : PretrainedConfig
{
    /// <summary>Number of token ids that the embeddings hold.</summary>
    public int VocabSize { get; init; }

    /// <summary>Maximum number of tokens of an input. Null: no limit.</summary>
    [JsonIgnore]
    public abstract int? MaxPositions { get; }

    /// <summary>Number and shape of the attention layers. Default null: not stated; adapters that put keys and values before the text then need these numbers in their configuration.</summary>
    [JsonIgnore]
    public virtual AttentionShape? AttentionShape => null;
}
