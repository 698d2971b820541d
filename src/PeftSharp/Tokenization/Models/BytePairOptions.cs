namespace PeftSharp.Tokenization;

/// <summary>What differs between byte-pair models besides vocabulary and merges; the names are those of tokenizer.json.</summary>
internal sealed record BytePairOptions
{
    /// <summary>What characters outside the vocabulary become; null: they are left out.</summary>
    internal string? UnkToken { get; init; }
    /// <summary>Before every symbol but the first of a word.</summary>
    internal string? ContinuingSubwordPrefix { get; init; }
    /// <summary>Behind the last symbol of a word.</summary>
    internal string? EndOfWordSuffix { get; init; }
    /// <summary>Neighbouring unknown characters become one token.</summary>
    internal bool FuseUnk { get; init; }
    /// <summary>Characters outside the vocabulary become the tokens <c>&lt;0x00&gt;</c> … of their bytes, where the vocabulary has them.</summary>
    internal bool ByteFallback { get; init; }
    /// <summary>A word that is in the vocabulary is one token, whatever the merges.</summary>
    internal bool IgnoreMerges { get; init; }
}
