namespace PeftSharp.Prediction;

/// <summary>How the labels of tokens become entities; transformers' <c>aggregation_strategy</c>.</summary>
/// <remarks>Words are told apart by the tokenizer's prefix of continued words (<c>##</c>), otherwise by the blanks of the text.</remarks>
public enum AggregationStrategy
{
    /// <summary>Every token with its label, prefixes <c>B-</c> and <c>I-</c> included.</summary>
    None,

    /// <summary>Neighboring tokens with the same label are one entity; <c>B-</c> begins another one. A word can be split between entities.</summary>
    Simple,

    /// <summary>As <see cref="Simple"/>, but all tokens of a word have the label of its first token.</summary>
    First,

    /// <summary>As <see cref="Simple"/>, but all tokens of a word have the label with the highest mean score.</summary>
    Average,

    /// <summary>As <see cref="Simple"/>, but all tokens of a word have the label of the token with the highest score.</summary>
    Max,
}
