using System.Text.Json.Nodes;

namespace PeftSharp.Tokenization;

/// <summary>Converts a word to tokens of a vocabulary.</summary>
internal abstract class TokenizerModel
{
    private readonly WordCache _cache = new();
    private readonly Dictionary<int, string> _tokens;

    /// <exception cref="TokenizerException">An id is negative.</exception>
    protected TokenizerModel(IReadOnlyDictionary<string, int> vocabulary)
    {
        Vocabulary = vocabulary;
        _tokens = new Dictionary<int, string>(vocabulary.Count);
        foreach (var (token, id) in vocabulary)
        {
            if (id < 0)
                throw new TokenizerException($"The id of the token '{token}' in the vocabulary is {id}, but ids must be at least 0.");
            _tokens[id] = token;
        }
    }

    /// <summary>Tokens and their ids, without tokens that were added.</summary>
    internal IReadOnlyDictionary<string, int> Vocabulary { get; }

    /// <summary>The first id for added tokens: the size of the vocabulary, as in the reference implementation.</summary>
    internal virtual int FirstFreeId => Size;

    /// <summary>The number of tokens.</summary>
    internal virtual int Size => Vocabulary.Count;

    internal int? IdOf(string token) => Vocabulary.TryGetValue(token, out var id) ? id : null;

    internal virtual string? TokenOf(int id) => _tokens.GetValueOrDefault(id);

    /// <summary>Returns the tokens of a word that is not empty.</summary>
    internal WordTokens Tokenize(ReadOnlySpan<char> word)
    {
        if (_cache.Find(word, out var place) is { } known)
            return known;
        var tokens = TokenizeNew(word.ToString());
        _cache.Keep(tokens, place);
        return tokens;
    }

    /// <summary>Returns the model as it is stored in tokenizer.json.</summary>
    internal abstract JsonObject ToJson();

    protected abstract WordTokens TokenizeNew(string word);

    /// <summary>The vocabulary in the order of ids, as in tokenizer.json.</summary>
    protected JsonObject VocabularyToJson()
    {
        var result = new JsonObject();
        foreach (var (token, id) in Vocabulary.OrderBy(entry => entry.Value).ThenBy(entry => entry.Key, StringComparer.Ordinal))
            result.Add(token, id);
        return result;
    }
}
