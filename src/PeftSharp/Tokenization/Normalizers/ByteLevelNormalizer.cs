using System.Text.Json.Nodes;

namespace PeftSharp.Tokenization;

/// <summary>Encodes the bytes of a text in UTF-8 as characters, without splitting; <c>ByteLevel</c> in tokenizer.json.</summary>
internal sealed class ByteLevelNormalizer : Normalizer
{
    internal override void Normalize(AlignedText text)
    {
        if (text.Length == 0)
            return;
        text.BeginRewrite();
        ByteAlphabet.Spell(text, 0, text.Length);
        text.EndRewrite();
    }

    internal override JsonObject ToJson() => new() { ["type"] = "ByteLevel" };
}
