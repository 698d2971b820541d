using System.Text.Json.Nodes;

namespace PeftSharp.Tokenization;

/// <summary>Splits a normalized text into the words that the model sees one by one.</summary>
internal abstract class PreTokenizer
{
    internal abstract void PreTokenize(PreTokenizedText text);

    /// <summary>What is left of it where texts are not to be split: how the vocabulary spells bytes and blanks; null: nothing.</summary>
    internal virtual PreTokenizer? WithoutSplitting() => null;

    /// <summary>As in tokenizer.json.</summary>
    internal abstract JsonObject ToJson();
}
