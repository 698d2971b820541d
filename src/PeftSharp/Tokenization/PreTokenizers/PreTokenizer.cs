using System.Text.Json.Nodes;

namespace PeftSharp.Tokenization;

/// <summary>Splits a normalized text into words, which are passed to the model one by one.</summary>
internal abstract class PreTokenizer
{
    internal abstract void PreTokenize(PreTokenizedText text);

    /// <summary>
    /// Returns the pre-tokenizer that is used if texts are not split. It only converts bytes or spaces to their representation. Null: no
    /// conversion is required.
    /// </summary>
    internal virtual PreTokenizer? WithoutSplitting() => null;

    /// <summary>Returns the pre-tokenizer as it is stored in tokenizer.json.</summary>
    internal abstract JsonObject ToJson();
}
