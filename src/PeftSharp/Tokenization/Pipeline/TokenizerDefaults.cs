namespace PeftSharp.Tokenization;

/// <summary>The settings in the <c>padding</c> and <c>truncation</c> blocks of tokenizer.json; null if absent.</summary>
internal sealed record TokenizerDefaults
{
    /// <summary>The padding token.</summary>
    internal string? PadToken { get; init; }

    /// <summary>The side on which rows are padded.</summary>
    internal PaddingSide? PaddingSide { get; init; }

    /// <summary>The side on which tokens are truncated.</summary>
    internal TruncationSide? TruncationSide { get; init; }
}
