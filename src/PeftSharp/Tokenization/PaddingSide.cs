namespace PeftSharp.Tokenization;

/// <summary>The end of a row at which padding is put; <c>"right"</c> and <c>"left"</c> in Python.</summary>
public enum PaddingSide
{
    /// <summary>Behind the text. The default.</summary>
    Right,
    /// <summary>Before the text, as generation needs it.</summary>
    Left,
}
