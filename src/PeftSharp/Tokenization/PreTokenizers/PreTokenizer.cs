using System.Text.Json.Nodes;

namespace PeftSharp.Tokenization;

/// <summary>Splits a normalized text into the words that the model sees one by one.</summary>
internal abstract class PreTokenizer
{
    internal abstract void PreTokenize(PreTokenizedText text);

    /// <summary>As in tokenizer.json.</summary>
    internal abstract JsonObject ToJson();
}
