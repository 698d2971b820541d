using System.Text.Json.Nodes;

namespace PeftSharp.Tokenization;

/// <summary>Rewrites a text before it is split, keeping track of where each character came from.</summary>
internal abstract class Normalizer
{
    internal abstract void Normalize(AlignedText text);

    /// <summary>As in tokenizer.json.</summary>
    internal abstract JsonObject ToJson();

    /// <summary>The normalized form of a short text, such as an added token.</summary>
    internal string Normalize(string text)
    {
        var aligned = new AlignedText();
        aligned.Reset(text, 0, text.Length);
        Normalize(aligned);
        return aligned.Chars.ToString();
    }
}
