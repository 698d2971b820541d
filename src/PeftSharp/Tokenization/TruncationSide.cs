namespace PeftSharp.Tokenization;

/// <summary>The side of a text on which tokens are truncated; <c>"right"</c> and <c>"left"</c> in Python.</summary>
public enum TruncationSide
{
    /// <summary>Tokens at the end of the text are removed. The default.</summary>
    Right,
    /// <summary>Tokens at the beginning of the text are removed.</summary>
    Left,
}
