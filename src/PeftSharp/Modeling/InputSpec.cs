namespace PeftSharp.Modeling;

/// <summary>
/// Describes a tensor that a model reads: its name, its kind and its limits. The model validates its inputs with this description, and the
/// trainer selects the columns of a dataset with it.
/// </summary>
/// <param name="Name">The Python name, such as <c>input_ids</c>.</param>
/// <param name="Kind">The kind: what the values mean.</param>
public sealed record InputSpec(string Name, InputKind Kind)
{
    /// <summary>Exclusive upper bound of the values; for <see cref="InputKind.TokenIds"/> the vocabulary size. Null: no limit.</summary>
    public long? Limit { get; init; }

    /// <summary>
    /// The configuration field that defines <see cref="Limit"/>, such as <c>vocab_size</c>, for error messages. Null:
    /// the messages contain <see cref="Name"/> instead.
    /// </summary>
    public string? LimitField { get; init; }

    /// <summary>
    /// Maximum number of tokens per row, for <see cref="InputKind.TokenIds"/> and <see cref="InputKind.Embeddings"/>. Null: no limit.
    /// </summary>
    public int? MaxLength { get; init; }

    /// <summary>
    /// The inputs that most text models read: <c>input_ids</c>, <c>attention_mask</c>, <c>position_ids</c> and <c>inputs_embeds</c>.
    /// </summary>
    /// <param name="config">The configuration, which provides the vocabulary size and the maximum number of tokens.</param>
    /// <param name="hasCache">
    /// Whether the model supports a key-value cache. The attention mask may then be longer than the token ids. Default false.
    /// </param>
    /// <param name="positions">Exclusive upper bound of <c>position_ids</c>. Null: no limit.</param>
    /// <param name="positionsField">
    /// The configuration field that defines <paramref name="positions"/>, for error messages. Null: the messages name <c>position_ids</c>.
    /// </param>
    public static IReadOnlyList<InputSpec> ForText(
        TextConfig config, bool hasCache = false, long? positions = null, string? positionsField = null)
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
