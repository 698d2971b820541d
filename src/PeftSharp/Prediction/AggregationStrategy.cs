namespace PeftSharp.Prediction;

/// <summary>How token labels are combined into entities (transformers' <c>aggregation_strategy</c>).</summary>
/// <remarks>
/// Word boundaries are determined by the prefix that the tokenizer adds to word continuations (<c>##</c>). If the tokenizer has no such
/// prefix, they are determined by the spaces in the text.
/// </remarks>
public enum AggregationStrategy
{
    /// <summary>
    /// Does not combine tokens: each token whose label is not ignored is returned with its full label, such as <c>B-PER</c>.
    /// </summary>
    None,

    /// <summary>
    /// Combines adjacent tokens into one entity if their labels are the same apart from the prefix <c>B-</c> or <c>I-</c>. A label with
    /// <c>B-</c> starts a new entity. A word can be split between entities.
    /// </summary>
    Simple,

    /// <summary>As <see cref="Simple"/>, but all tokens of a word get the label of its first token.</summary>
    First,

    /// <summary>As <see cref="Simple"/>, but all tokens of a word get the label with the highest mean score.</summary>
    Average,

    /// <summary>As <see cref="Simple"/>, but all tokens of a word get the label of the token with the highest score.</summary>
    Max,
}
