namespace PeftSharp.Tokenization;

/// <summary>
/// The vocabulary of a model together with the added tokens: new tokens, and tokens of the model that are matched as a whole.
/// </summary>
internal sealed class AddedVocabulary(TokenizerModel model, Normalizer? normalizer)
{
    private readonly Dictionary<string, int> _ids = new(StringComparer.Ordinal);
    private readonly SortedDictionary<int, AddedToken> _tokens = [];
    private readonly Dictionary<int, string> _normalizedForms = [];

    /// <summary>Matches tokens in the text as written.</summary>
    internal AddedTokenMatcher AsWritten { get; private set; } = new([]);

    /// <summary>Matches tokens in the normalized text.</summary>
    internal AddedTokenMatcher InNormalized { get; private set; } = new([]);

    /// <summary>The added tokens by id.</summary>
    internal IReadOnlyDictionary<int, AddedToken> Tokens => _tokens;

    internal IReadOnlyDictionary<string, int> Ids => _ids;

    /// <summary>The number of all tokens: the vocabulary of the model, and the added tokens that are not in it.</summary>
    internal int Count => model.Size + _ids.Keys.Count(token => model.IdOf(token) is null);

    internal int? IdOf(string token) => _ids.TryGetValue(token, out var id) ? id : model.IdOf(token);

    internal string? TokenOf(int id) =>
        !_tokens.TryGetValue(id, out var token) ? model.TokenOf(id) : _normalizedForms.GetValueOrDefault(id, token.Content);

    /// <summary>
    /// Whether decoding can skip a token. As in the reference implementation, a token whose normalized form is another text is decoded to
    /// that text, which is not special.
    /// </summary>
    internal bool IsSpecial(int id) => _tokens.TryGetValue(id, out var token) && token.Special && !_normalizedForms.ContainsKey(id);

    /// <summary>Adds tokens. Tokens in the vocabulary of the model keep their ids; other tokens get the next free ids.</summary>
    /// <returns>The number of tokens that are new or whose properties changed.</returns>
    /// <exception cref="TokenizerException">A token contains an unpaired surrogate.</exception>
    internal int Add(IEnumerable<AddedToken> tokens)
    {
        AddedToken[] all = [.. tokens];
        foreach (var (index, token) in all.Index())              // before the first token is added
            if (CodePoints.LoneSurrogate(token.Content) is var lone and >= 0)
                throw new TokenizerException($"Added token {index} contains an unpaired surrogate (U+{(int)token.Content[lone]:X4} at "
                    + $"index {lone}), which is not a character. Remove it from the token.");
        var added = 0;
        var next = Math.Max(model.FirstFreeId, _tokens.Count == 0 ? 0 : _tokens.Keys.Max() + 1);
        foreach (var token in all)
        {
            if (token.Content.Length == 0 || _ids.TryGetValue(token.Content, out var known) && _tokens[known] == token)
                continue;
            var id = IdOf(token.Content) ?? next;
            next = Math.Max(next, id + 1);              // the vocabulary of the model can contain ids above its size
            _ids[token.Content] = id;
            _tokens[id] = token;
            added++;
            if (token.Normalized && normalizer?.Normalize(token.Content) is { } form && form != token.Content)
                _normalizedForms[id] = form;
        }
        AsWritten = new AddedTokenMatcher(
            _tokens.Where(entry => !entry.Value.Normalized).Select(entry => (entry.Value.Content, entry.Key, entry.Value)));
        InNormalized = new AddedTokenMatcher(_tokens.Where(entry => entry.Value.Normalized)
            .Select(entry => (_normalizedForms.GetValueOrDefault(entry.Key, entry.Value.Content), entry.Key, entry.Value)));
        return added;
    }
}
