using System.Text.Json.Nodes;

namespace PeftSharp.Tokenization;

/// <summary>Applies several pre-tokenizers, each to the words of the previous one.</summary>
internal sealed class PreTokenizerSequence(IReadOnlyList<PreTokenizer> preTokenizers) : PreTokenizer
{
    internal override void PreTokenize(PreTokenizedText text)
    {
        foreach (var preTokenizer in preTokenizers)
            preTokenizer.PreTokenize(text);
    }

    internal override PreTokenizer? WithoutSplitting() =>
        preTokenizers.Select(p => p.WithoutSplitting()).OfType<PreTokenizer>().ToArray() is { Length: > 0 } left
            ? new PreTokenizerSequence(left)
            : null;

    internal static PreTokenizerSequence FromJson(JsonPart part) => new(TokenizerComponents.PreTokenizers.ReadItems(part, "pretokenizers"));

    internal override JsonObject ToJson() =>
        new() { ["type"] = "Sequence", ["pretokenizers"] = new JsonArray([.. preTokenizers.Select(p => p.ToJson())]) };
}
