using System.Text.Json.Nodes;

namespace PeftSharp.Tokenization;

/// <summary>The result of a trainer: the fields of the model in tokenizer.json that are learned.</summary>
/// <param name="Type">The type of the model: <c>BPE</c>, <c>WordPiece</c>, <c>WordLevel</c> or <c>Unigram</c>.</param>
/// <param name="Fields">The fields, such as <c>vocab</c> and <c>merges</c>.</param>
internal sealed record TrainedVocabulary(string Type, JsonObject Fields)
{
    internal static JsonObject Vocab(IReadOnlyList<string> tokens)
    {
        var vocabulary = new JsonObject();
        for (var id = 0; id < tokens.Count; id++)
            vocabulary[tokens[id]] = id;
        return vocabulary;
    }
}
