namespace PeftSharp.Tokenization;

/// <summary>The end of a text at which tokens are cut off; <c>"right"</c> and <c>"left"</c> in Python.</summary>
public enum TruncationSide
{
    /// <summary>The end. The default.</summary>
    Right,
    /// <summary>The beginning.</summary>
    Left,
}
