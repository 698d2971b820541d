using System.Text.Json.Nodes;

namespace PeftSharp.Tokenization;

/// <summary>Removes combining marks. Composed characters are not changed; decompose them first.</summary>
internal sealed class StripAccents : Normalizer
{
    internal override void Normalize(AlignedText text) => CodePointFilter.Remove(text, UnicodeFlags.CombiningMark);

    internal override JsonObject ToJson() => new() { ["type"] = "StripAccents" };
}
