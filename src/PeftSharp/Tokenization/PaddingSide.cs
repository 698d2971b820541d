namespace PeftSharp.Tokenization;

/// <summary>The side of a row on which padding is added; <c>"right"</c> and <c>"left"</c> in Python.</summary>
public enum PaddingSide
{
    /// <summary>After the text. The default.</summary>
    Right,
    /// <summary>Before the text. Required for generation.</summary>
    Left,
}
