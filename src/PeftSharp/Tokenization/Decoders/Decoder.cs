using System.Text.Json.Nodes;

namespace PeftSharp.Tokenization;

/// <summary>Turns tokens back into text; the results are joined without anything between them.</summary>
internal abstract class Decoder
{
    internal abstract List<string> Decode(List<string> tokens);

    /// <summary>As in tokenizer.json.</summary>
    internal abstract JsonObject ToJson();
}
