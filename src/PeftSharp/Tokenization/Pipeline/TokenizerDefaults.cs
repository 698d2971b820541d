namespace PeftSharp.Tokenization;

/// <summary>What the <c>padding</c> and <c>truncation</c> blocks of tokenizer.json say of a tokenizer; null where they say nothing.</summary>
internal sealed record TokenizerDefaults
{
    /// <summary>The token that fills rows up.</summary>
    internal string? PadToken { get; init; }

    /// <summary>The end at which rows are filled up.</summary>
    internal PaddingSide? PaddingSide { get; init; }

    /// <summary>The end at which tokens are cut off.</summary>
    internal TruncationSide? TruncationSide { get; init; }
}
