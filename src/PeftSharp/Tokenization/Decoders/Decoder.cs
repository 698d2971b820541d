using System.Text.Json.Nodes;

namespace PeftSharp.Tokenization;

/// <summary>Converts tokens to pieces of text, which are concatenated.</summary>
internal abstract class Decoder
{
    internal abstract List<string> Decode(List<string> tokens);

    /// <summary>Returns the decoder as it is stored in tokenizer.json.</summary>
    internal abstract JsonObject ToJson();
}
