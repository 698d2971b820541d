using Microsoft.ML.Tokenizers;
using PeftSharp.Tokenization;

namespace PeftSharp.MLTokenizers;

/// <summary>
/// A tokenizer of Microsoft.ML.Tokenizers as the backend of a tokenizer of PeftSharp. The template, not the backend, adds the tokens for
/// the beginning and the end of a text.
/// </summary>
internal sealed class MLTokenizerBackend(Microsoft.ML.Tokenizers.Tokenizer tokenizer, IReadOnlyDictionary<string, int> vocabulary)
    : TokenizerBackend
{
    // The number of tokens that a BPE tokenizer adds before and after every text.
    private readonly (int Before, int After) _ends = tokenizer is BpeTokenizer pairs
        ? (pairs.BeginningOfSentenceToken is null ? 0 : 1, MLSpecialTokens.EndOf(pairs) is null ? 0 : 1)
        : (0, 0);

    public override IReadOnlyDictionary<string, int> Vocabulary => vocabulary;

    public override IReadOnlyList<BackendToken> Tokenize(string text)
    {
        var tokens = Encode(text, out var normalized);
        var places = normalized is null || normalized == text ? null : NormalizedOffsets.Of(text, normalized, tokenizer.Normalizer);
        var result = new BackendToken[tokens.Count];
        for (var i = 0; i < result.Length; i++)
        {
            var (start, end) = (tokens[i].Offset.Start.Value, tokens[i].Offset.End.Value);
            (start, end) = places is null ? (start, end) : places.Original(start, end);
            result[i] = new BackendToken(tokens[i].Id, start, end);
        }
        return result;
    }

    public override string Decode(IReadOnlyList<int> ids) => tokenizer switch
    {
        SentencePieceTokenizer pieces => pieces.Decode(ids, considerSpecialTokens: true),
        CodeGenTokenizer pairs => pairs.Decode(ids, pairs.AddPrefixSpace, considerSpecialTokens: true),
        _ => tokenizer.Decode(ids),
    };

    private IReadOnlyList<EncodedToken> Encode(string text, out string? normalized) => tokenizer switch
    {
        SentencePieceTokenizer pieces =>
            pieces.EncodeToTokens(text, out normalized, addBeginningOfSentence: false, addEndOfSentence: false),
        CodeGenTokenizer pairs =>
            pairs.EncodeToTokens(text, pairs.AddPrefixSpace, addBeginningOfSentence: false, addEndOfSentence: false, out normalized),
        BpeTokenizer bytes => [.. bytes.EncodeToTokens(text, out normalized).Skip(_ends.Before).SkipLast(_ends.After)],
        _ => tokenizer.EncodeToTokens(text, out normalized),
    };
}
