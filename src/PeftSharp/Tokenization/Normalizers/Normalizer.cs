using System.Text.Json.Nodes;

namespace PeftSharp.Tokenization;

/// <summary>Changes a text before it is split and keeps track of the original range of each character.</summary>
internal abstract class Normalizer
{
    internal abstract void Normalize(AlignedText text);

    /// <summary>Returns the normalizer as it is stored in tokenizer.json.</summary>
    internal abstract JsonObject ToJson();

    /// <summary>Normalizes a short text, such as an added token.</summary>
    internal string Normalize(string text)
    {
        var aligned = new AlignedText();
        aligned.Reset(text, 0, text.Length);
        Normalize(aligned);
        return aligned.Chars.ToString();
    }
}
