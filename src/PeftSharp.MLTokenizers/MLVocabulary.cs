using System.Buffers;
using System.Globalization;
using Microsoft.ML.Tokenizers;

namespace PeftSharp.MLTokenizers;

/// <summary>
/// Reads the vocabularies of tokenizers of Microsoft.ML.Tokenizers, including tokenizers that have no property for their vocabulary.
/// </summary>
internal static class MLVocabulary
{
    private const int LongestPair = 4096;

    /// <exception cref="ArgumentException">The class of the tokenizer is not known.</exception>
    internal static IReadOnlyDictionary<string, int> Of(Microsoft.ML.Tokenizers.Tokenizer tokenizer) => tokenizer switch
    {
        BpeTokenizer pairs => Union(pairs.Vocabulary, pairs.SpecialTokens),
        CodeGenTokenizer pairs => Union(pairs.Vocabulary, pairs.SpecialTokens),
        SentencePieceTokenizer pieces => Union(pieces.Vocabulary, pieces.SpecialTokens,
            (pieces.BeginningOfSentenceToken, pieces.BeginningOfSentenceId), (pieces.EndOfSentenceToken, pieces.EndOfSentenceId),
            (pieces.UnknownToken, pieces.UnknownId)),
        WordPieceTokenizer pieces => Union(OfWordPieces(pieces), pieces.SpecialTokens),
        TiktokenTokenizer tiktoken => Union(OfTiktoken(tiktoken), tiktoken.SpecialTokens),
        MLTokenizer ours => ours.Source.GetVocab(),
        _ => throw new ArgumentException(
            $"The vocabulary of a tokenizer of type {tokenizer.GetType().Name} is not available. "
            + "Pass all tokens and their ids (vocabulary).",
            nameof(tokenizer)),
    };

    private static Dictionary<string, int> Union(
        IEnumerable<KeyValuePair<string, int>> vocabulary, IReadOnlyDictionary<string, int>? special,
        params ReadOnlySpan<(string Token, int Id)> others)
    {
        var result = new Dictionary<string, int>(vocabulary, StringComparer.Ordinal);
        foreach (var (token, id) in special ?? new Dictionary<string, int>())
            result.TryAdd(token, id);        // if the ids differ, the id of the vocabulary is used
        foreach (var (token, id) in others)
            if (id >= 0 && !string.IsNullOrEmpty(token))
                result.TryAdd(token, id);
        return result;
    }

    // Decoding removes the prefix of a piece that continues a word. To find these pieces, each piece is decoded after another token:
    // only a piece that begins a word is preceded by a space.
    private static Dictionary<string, int> OfWordPieces(WordPieceTokenizer tokenizer)
    {
        var result = new Dictionary<string, int>(StringComparer.Ordinal);
        var buffer = new char[LongestPair];
        for (var id = 0; ; id++)
        {
            var status = tokenizer.Decode([tokenizer.UnknownTokenId, id], buffer, skipSpecialTokens: false, out _, out var written);
            if (status == OperationStatus.InvalidData)
                return result;
            if (status != OperationStatus.Done)
                throw new ArgumentException(
                    $"The token {id} is longer than {LongestPair} characters. Pass the vocabulary.", nameof(tokenizer));
            var rest = buffer.AsSpan(tokenizer.UnknownToken.Length, written - tokenizer.UnknownToken.Length);
            result[rest is [' ', .. var first] ? first.ToString() : tokenizer.ContinuingSubwordPrefix + rest.ToString()] = id;
        }
    }

    private static Dictionary<string, int> OfTiktoken(TiktokenTokenizer tokenizer)
    {
        var result = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var id = 0; ; id++)
        {
            var text = tokenizer.Decode([id]);
            if (text.Length == 0)
                return result;
            if (text.Contains('\uFFFD', StringComparison.Ordinal) || !result.TryAdd(text, id))
                result[string.Create(CultureInfo.InvariantCulture, $"<token {id}>")] = id;
        }
    }
}
