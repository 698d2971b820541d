namespace PeftSharp.Tokenization;

/// <summary>The side of a row on which padding is added; <c>"right"</c> and <c>"left"</c> in Python.</summary>
public enum PaddingSide
{
    /// <summary>After the text. The default of most tokenizer classes.</summary>
    Right,
    /// <summary>Before the text. Required to generate from prompts of different lengths.</summary>
    Left,
}
