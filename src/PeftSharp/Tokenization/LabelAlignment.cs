namespace PeftSharp.Tokenization;

/// <summary>Which tokens of a word get the word's label.</summary>
public enum LabelAlignment
{
    /// <summary>The first token; the others do not count. A word then weighs the same however many tokens it has, and metrics count words.</summary>
    FirstToken,

    /// <summary>Every token. Tags that begin an entity (<c>B-</c>) are repeated too.</summary>
    AllTokens,
}
