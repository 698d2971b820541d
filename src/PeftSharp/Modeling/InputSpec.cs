namespace PeftSharp.Modeling;

/// <summary>One tensor that a model reads: its name, its meaning and its limit. The model's checks, the columns that the trainer keeps and the count of floating-point operations follow from it.</summary>
/// <param name="Name">The Python name, such as <c>input_ids</c>.</param>
/// <param name="Kind">The meaning.</param>
public sealed record InputSpec(string Name, InputKind Kind)
{
    /// <summary>Values are from 0 to one less than this; for <see cref="InputKind.TokenIds"/> the size of the vocabulary. Null: no limit.</summary>
    public long? Limit { get; init; }

    /// <summary>The configuration's field that holds <see cref="Limit"/>, such as <c>vocab_size</c>; error messages name it.</summary>
    public string? LimitField { get; init; }

    /// <summary>Maximum number of tokens of a row (<see cref="InputKind.TokenIds"/>). Null: no limit.</summary>
    public int? MaxLength { get; init; }

    /// <summary>The inputs that most text models read: <c>input_ids</c>, <c>attention_mask</c>, <c>position_ids</c> and <c>inputs_embeds</c>.</summary>
    /// <param name="config">Gives the size of the vocabulary and the number of positions.</param>
    /// <param name="hasCache">Whether the model reads a key-value cache, so that the mask may be longer than the ids.</param>
    /// <param name="positions">Number of values that <c>position_ids</c> may take. Null: no limit.</param>
    /// <param name="positionsField">The configuration's field for <paramref name="positions"/>.</param>
    public static IReadOnlyList<InputSpec> ForText(TextConfig config, bool hasCache = false, long? positions = null, string? positionsField = null)
    {
        ArgumentNullException.ThrowIfNull(config);
        return
        [
            new("input_ids", InputKind.TokenIds) { Limit = config.VocabSize, LimitField = "vocab_size", MaxLength = config.MaxPositions },
            new("attention_mask", hasCache ? InputKind.CachedAttentionMask : InputKind.AttentionMask),
            new("position_ids", InputKind.Positions) { Limit = positions, LimitField = positionsField },
            new("inputs_embeds", InputKind.Embeddings) { MaxLength = config.MaxPositions },
        ];
    }
}
