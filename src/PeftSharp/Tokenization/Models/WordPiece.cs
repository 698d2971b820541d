using System.Text.Json.Nodes;

namespace PeftSharp.Tokenization;

/// <summary>
/// WordPiece: splits a word by repeatedly taking the longest prefix that is in the vocabulary (Schuster and Nakajima 2012; BERT).
/// </summary>
internal sealed class WordPiece : TokenizerModel
{
    private readonly string _unkToken, _prefix;
    private readonly int _unkId, _maxChars, _longestFirst, _longestNext;
    private readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> _first, _next;

    /// <param name="vocabulary">Tokens and ids. Tokens that continue a word begin with <paramref name="prefix"/>.</param>
    /// <param name="unkToken">The token for a word that cannot be split into tokens.</param>
    /// <param name="prefix">The prefix of tokens that continue a word; <c>##</c> in BERT.</param>
    /// <param name="maxChars">
    /// The maximum number of code points of a word; longer words are converted to the unknown token. 100 in BERT.
    /// </param>
    /// <exception cref="TokenizerException">The unknown token is not in the vocabulary.</exception>
    internal WordPiece(IReadOnlyDictionary<string, int> vocabulary, string unkToken = "[UNK]", string prefix = "##", int maxChars = 100)
        : base(vocabulary)
    {
        (_unkToken, _prefix, _maxChars) = (unkToken, prefix, maxChars);
        _unkId = IdOf(unkToken) ?? throw new TokenizerException(
            $"The unknown token '{unkToken}' is not in the WordPiece vocabulary ({vocabulary.Count} tokens). "
            + "Add it, or correct unk_token.");
        var first = new Dictionary<string, int>(vocabulary.Count, StringComparer.Ordinal);
        var next = new Dictionary<string, int>(vocabulary.Count, StringComparer.Ordinal);
        foreach (var (token, id) in vocabulary)
        {
            first[token] = id;
            if (token.StartsWith(prefix, StringComparison.Ordinal))
                next[token[prefix.Length..]] = id;
        }
        (_first, _longestFirst) = (first.GetAlternateLookup<ReadOnlySpan<char>>(), first.Keys.Max(token => token.Length));
        _next = next.GetAlternateLookup<ReadOnlySpan<char>>();
        _longestNext = next.Keys.Select(token => token.Length).DefaultIfEmpty().Max();
    }

    /// <summary>The prefix of tokens that continue a word.</summary>
    internal string Prefix => _prefix;

    internal static WordPiece FromJson(JsonPart part) =>
        new(JsonFile.Vocabulary(part["vocab"].Element, part.File), part.Text("unk_token"),
            part.Text("continuing_subword_prefix"), part.Number("max_input_chars_per_word"));

    internal override JsonObject ToJson() => new()
    {
        ["type"] = "WordPiece",
        ["unk_token"] = _unkToken,
        ["continuing_subword_prefix"] = _prefix,
        ["max_input_chars_per_word"] = _maxChars,
        ["vocab"] = VocabularyToJson(),
    };

    protected override WordTokens TokenizeNew(string word)
    {
        var ids = new List<int>();
        var ends = new List<int>();
        var start = 0;
        if (word.Length <= _maxChars || CodePoints.Count(word) <= _maxChars)
        {
            while (start < word.Length && TryPiece(word.AsSpan(start), isFirst: start == 0, out var id, out var length))
            {
                start += length;
                ids.Add(id);
                ends.Add(start);
            }
        }
        if (start < word.Length)
            return new WordTokens(word, [_unkId], [0], [word.Length]);
        return new WordTokens(word, [.. ids], [0, .. ends[..^1]], [.. ends]);
    }

    private bool TryPiece(ReadOnlySpan<char> rest, bool isFirst, out int id, out int length)
    {
        var pieces = isFirst ? _first : _next;
        for (length = Math.Min(rest.Length, isFirst ? _longestFirst : _longestNext); length > 0; length--)
        {
            if (pieces.TryGetValue(rest[..length], out id))
                return true;
        }
        id = -1;
        return false;
    }
}
