using System.Text.Json.Nodes;

namespace PeftSharp.Tokenization;

/// <summary>Applies several normalizers one after the other.</summary>
internal sealed class NormalizerSequence(IReadOnlyList<Normalizer> normalizers) : Normalizer
{
    internal IReadOnlyList<Normalizer> Items => normalizers;

    internal override void Normalize(AlignedText text)
    {
        foreach (var normalizer in normalizers)
            normalizer.Normalize(text);
    }

    internal static NormalizerSequence FromJson(JsonPart part) => new(TokenizerComponents.Normalizers.ReadItems(part, "normalizers"));

    internal override JsonObject ToJson() =>
        new() { ["type"] = "Sequence", ["normalizers"] = new JsonArray([.. normalizers.Select(n => n.ToJson())]) };
}
