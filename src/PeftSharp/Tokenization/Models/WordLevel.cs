using System.Text.Json.Nodes;

namespace PeftSharp.Tokenization;

/// <summary>A vocabulary of whole words.</summary>
/// <param name="vocabulary">Words and their ids.</param>
/// <param name="unkToken">
/// The token for words that are not in the vocabulary. If the vocabulary does not contain this token either, such a word throws a
/// <see cref="TokenizerException"/>.
/// </param>
internal sealed class WordLevel(IReadOnlyDictionary<string, int> vocabulary, string unkToken) : TokenizerModel(vocabulary)
{
    internal static WordLevel FromJson(JsonPart part) => new(JsonFile.Vocabulary(part["vocab"].Element, part.File), part.Text("unk_token"));

    internal override JsonObject ToJson() => new() { ["type"] = "WordLevel", ["vocab"] = VocabularyToJson(), ["unk_token"] = unkToken };

    protected override WordTokens TokenizeNew(string word)
    {
        var id = IdOf(word) ?? IdOf(unkToken) ?? throw new TokenizerException(
            $"Neither the word '{word}' nor the unknown token '{unkToken}' is in the vocabulary ({Size} tokens). "
            + "Add the unknown token, or correct unk_token.");
        return new WordTokens(word, [id], [0], [word.Length]);
    }
}
