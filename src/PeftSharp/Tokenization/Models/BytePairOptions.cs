namespace PeftSharp.Tokenization;

/// <summary>The options of a byte-pair model, with the names of tokenizer.json.</summary>
internal sealed record BytePairOptions
{
    /// <summary>The token for characters that are not in the vocabulary; null: they are omitted.</summary>
    internal string? UnkToken { get; init; }
    /// <summary>The prefix of every symbol except the first of a word.</summary>
    internal string? ContinuingSubwordPrefix { get; init; }
    /// <summary>The suffix of the last symbol of a word.</summary>
    internal string? EndOfWordSuffix { get; init; }
    /// <summary>Whether consecutive unknown characters are one token.</summary>
    internal bool FuseUnk { get; init; }
    /// <summary>
    /// Whether characters that are not in the vocabulary are converted to the tokens of their bytes (<c>&lt;0x00&gt;</c> …), if the
    /// vocabulary contains these tokens.
    /// </summary>
    internal bool ByteFallback { get; init; }
    /// <summary>Whether a word in the vocabulary is one token, regardless of merges.</summary>
    internal bool IgnoreMerges { get; init; }
}
