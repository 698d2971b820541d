using System.Text.Json.Nodes;

namespace PeftSharp.Tokenization;

/// <summary>Splits a normalized text into words, which are passed to the model one by one.</summary>
internal abstract class PreTokenizer
{
    internal abstract void PreTokenize(PreTokenizedText text);

    /// <summary>
    /// The pre-tokenizer to use if texts are not to be split: the one that applies the representation of bytes or spaces; null: none.
    /// </summary>
    internal virtual PreTokenizer? WithoutSplitting() => null;

    /// <summary>Returns the pre-tokenizer as it is stored in tokenizer.json.</summary>
    internal abstract JsonObject ToJson();
}
