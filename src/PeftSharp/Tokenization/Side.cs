namespace PeftSharp.Tokenization;

/// <summary>The end of a row at which padding is put or tokens are cut off; <c>"right"</c> and <c>"left"</c> in Python.</summary>
public enum Side
{
    /// <summary>Behind the text. The default.</summary>
    Right,
    /// <summary>Before the text, as generation needs its padding.</summary>
    Left,
}
